// <tokui-split>: adds up what is typed, fills an invoice by its tick, and closes the tally when it balances.
// Without it the server still checks.
const read = (box) => Number(box.value.normalize('NFKC').replace(/[,¥\s]/g, '')) || 0;

class TokuiSplit extends HTMLElement {
  connectedCallback() {
    this.form = this.closest('form');
    this.addEventListener('input', (e) => { if (e.target.matches('[data-open]')) this.tell(); });
    this.addEventListener('change', (e) => {
      if (e.target.matches('.pick input')) this.fill(e.target);
      else if (e.target.matches('[data-open]') && read(e.target)) e.target.value = read(e.target).toLocaleString('ja-JP');
    });
    this.form.addEventListener('change', () => this.tell());
    this.tell();
  }

  get boxes() { return [...this.querySelectorAll('[data-open]')]; }

  fill(tick) {
    const box = tick.closest('tr').querySelector('[data-open]');
    const others = this.boxes.reduce((sum, one) => sum + (one === box ? 0 : read(one)), 0);
    const most = Math.min(Number(box.dataset.open), Math.max(0, Number(this.dataset.received) - others));
    box.value = tick.checked && most ? most.toLocaleString('ja-JP') : '';
    this.tell();
  }

  tell() {
    const received = Number(this.dataset.received);
    const closes = (this.form.querySelector('[name="difference"]:checked')?.value ?? 'open') !== 'open';
    let sum = 0;
    let gap = 0;
    for (const box of this.boxes) {
      const amount = read(box);
      const open = Number(box.dataset.open);
      box.setAttribute('aria-invalid', String(amount > open || amount < 0));
      box.closest('tr').querySelector('.pick input').checked = amount > 0;
      sum += amount;
      if (closes && amount > 0) gap += Math.max(0, open - amount);
    }
    const show = (name, minor) => {
      for (const place of this.querySelectorAll(`[data-${name}]`)) {
        place.value = String(minor);
        place.textContent = Math.abs(minor).toLocaleString('ja-JP');
        place.classList.toggle('minus', minor < 0);
        place.classList.toggle('zero', minor === 0);
      }
    };
    show('sum', sum);
    show('gap', gap);
    show('rest', received - sum);
    show('left', received + gap);
    show('total', sum + gap);
    this.querySelector('footer').classList.toggle('balanced', sum === received);
  }
}
customElements.define('tokui-split', TokuiSplit);
