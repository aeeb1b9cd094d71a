// One press, one effect. A second Enter or click right after a new deposit appeared was meant for the one before it,
// and a held key repeats: neither may post money. Escape leaves a field for the proposal.
const READING = 400; // milliseconds: nobody has read a proposal sooner
const bench = document.getElementById('bench');
let shownAt = -READING;

bench.addEventListener('htmx:afterSwap', () => { shownAt = performance.now(); });
bench.addEventListener('htmx:beforeRequest', (e) => {
  if (e.detail.requestConfig.verb === 'post' && performance.now() - shownAt < READING) e.preventDefault();
});
document.addEventListener('keydown', (e) => {
  if (e.isComposing || e.keyCode === 229 || e.defaultPrevented) return;
  if (e.repeat && e.key === 'Enter' && (e.target === document.body || bench.contains(e.target))) {
    e.preventDefault();
    e.stopPropagation();
  }
  if (e.key === 'Escape' && e.target.matches('#bench input') && !(e.target.type === 'search' && e.target.value)) {
    e.preventDefault();
    bench.querySelector('[data-key="Escape"]')?.click();
  }
}, { capture: true });
