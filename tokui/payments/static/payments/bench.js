// One press, one effect. A second Enter or click right after a new deposit appeared was meant for the one before it,
// and a held key repeats: neither may post money. Escape leaves a field for the proposal.
const READING = 500; // milliseconds: nobody has read a proposal sooner
const bench = document.getElementById('bench');
let shownAt = -READING;

let reading = 0;
bench.addEventListener('htmx:afterSwap', () => {
  shownAt = performance.now();
  bench.dataset.reading = ''; // the button is pale as long as it takes no press
  clearTimeout(reading);
  reading = setTimeout(() => { delete bench.dataset.reading; }, READING);
});
// The menu's count follows what is left.
document.addEventListener('htmx:oobAfterSwap', () => {
  const waiting = document.getElementById('progress').dataset.waiting;
  for (const count of document.querySelectorAll('a[href="/reconciliation"] .count')) count.textContent = waiting;
});
bench.addEventListener('htmx:beforeRequest', (e) => {
  const posts = e.detail.requestConfig.verb === 'post' && e.detail.elt.closest('form'); // undoing is not of the form
  if (posts && performance.now() - shownAt < READING) e.preventDefault();
});
// Before htmx has taken over new content a press would send the form plainly: the same rule there.
document.addEventListener('submit', (e) => {
  if (!bench.contains(e.target) || performance.now() - shownAt >= READING) return;
  e.preventDefault();
  e.stopPropagation();
}, { capture: true });
document.addEventListener('keydown', (e) => {
  if (e.isComposing || e.keyCode === 229 || e.defaultPrevented) return;
  if (e.repeat && e.key === 'Enter' && (e.target === document.body || bench.contains(e.target))) {
    e.preventDefault();
    e.stopPropagation();
  }
  if (e.key === 'Escape' && e.target.matches('#bench input') && !(e.target.type === 'search' && e.target.value !== e.target.defaultValue)) {
    e.preventDefault();
    bench.querySelector('[data-key="Escape"]')?.click();
  }
}, { capture: true });
bench.querySelector('input[data-focus]')?.focus(); // opened by its address, not swapped in
// D goes to the next answer for what is missing.
bench.addEventListener('click', (e) => {
  if (!e.target.closest('legend[data-key="d"]')) return;
  const answers = [...bench.querySelectorAll('[name="difference"]')];
  answers[(answers.findIndex((one) => one.checked) + 1) % answers.length]?.click();
});
