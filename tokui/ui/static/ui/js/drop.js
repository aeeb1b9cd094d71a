// <tokui-drop>: a file input that also takes a dropped file and says its name and size. Works as a plain input without it.
class TokuiDrop extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector('input[type="file"]');
    if (!this.input) return;
    this.label();
    const over = (e) => { e.preventDefault(); this.toggleAttribute('data-over', e.type === 'dragover'); };
    for (const type of ['dragover', 'dragleave', 'drop']) this.addEventListener(type, over);
    this.addEventListener('drop', (e) => this.take(e.dataTransfer.files));
    this.input.addEventListener('change', () => this.tell());
  }

  // The browser's own button speaks the browser's language; ours speaks the page's. The input keeps the focus.
  label() {
    const says = document.getElementById('ui-words')?.dataset.choose;
    if (!says || this.classList.contains('labelled')) return;
    this.input.id ||= `file-${document.querySelectorAll('tokui-drop.labelled').length}`;
    const button = document.createElement('label');
    button.className = 'btn';
    button.htmlFor = this.input.id;
    button.textContent = says;
    this.input.after(button);
    this.classList.add('labelled');
  }

  take(files) {
    if (!files.length) return;
    const box = new DataTransfer();
    for (const file of this.input.multiple ? files : [files[0]]) box.items.add(file);
    this.input.files = box.files;
    this.input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  tell() {
    const size = (n) => (n < 1048576 ? `${Math.max(1, Math.round(n / 1024))} KB` : `${(n / 1048576).toFixed(1)} MB`);
    const names = [...this.input.files].map((file) => `${file.name} (${size(file.size)})`);
    const output = this.querySelector('output');
    if (output) output.textContent = names.join(', ');
    if (this.hasAttribute('data-send') && names.length) this.closest('form')?.requestSubmit();
  }
}
customElements.define('tokui-drop', TokuiDrop);
