// <tokui-split>: adds up what is typed and closes the tally when it balances. Without it the server still checks.
class TokuiSplit extends HTMLElement {
  connectedCallback() {
    this.addEventListener('input', () => this.tell());
    this.tell();
  }

  tell() {
    const received = Number(this.dataset.received);
    let sum = 0;
    for (const box of this.querySelectorAll('[data-open]')) {
      const amount = Number(box.value.normalize('NFKC').replace(/[,¥\s]/g, '')) || 0;
      box.setAttribute('aria-invalid', String(amount > Number(box.dataset.open) || amount < 0));
      sum += amount;
    }
    const show = (name, minor) => {
      const place = this.querySelector(`[data-${name}]`);
      place.value = String(minor);
      place.textContent = Math.abs(minor).toLocaleString('ja-JP');
      place.classList.toggle('minus', minor < 0);
    };
    show('sum', sum);
    show('rest', received - sum);
    show('total', sum);
    this.querySelector('footer').classList.toggle('balanced', sum === received);
  }
}
customElements.define('tokui-split', TokuiSplit);
