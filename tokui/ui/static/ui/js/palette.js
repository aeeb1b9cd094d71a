// The palette's list: arrows move the active option, Enter opens it, Ctrl Enter in a new tab.
const dialog = document.getElementById('palette');
const input = dialog?.querySelector('input');
const options = () => [...dialog.querySelectorAll('[role="option"]')];

const activate = (option) => {
  for (const each of options()) each.setAttribute('aria-selected', String(each === option));
  if (option) input.setAttribute('aria-activedescendant', option.id); else input.removeAttribute('aria-activedescendant');
  option?.scrollIntoView({ block: 'nearest' });
};
const move = (step) => {
  const all = options();
  const at = all.findIndex((each) => each.getAttribute('aria-selected') === 'true');
  if (all.length) activate(all[(at + step + all.length) % all.length]);
};
const choose = (newTab) => {
  const option = dialog.querySelector('[aria-selected="true"]') ?? options()[0];
  if (!option) return;
  if (newTab) window.open(option.href, '_blank', 'noopener'); else location.assign(option.href);
};

dialog?.addEventListener('tokui:open', () => {
  input.select();
  window.htmx.trigger(input, 'palette:open');
});
dialog?.addEventListener('htmx:afterSettle', () => activate(options()[0]));
input?.addEventListener('keydown', (e) => {
  if (e.isComposing || e.keyCode === 229) return;
  if (e.key === 'ArrowDown') { e.preventDefault(); move(1); }
  if (e.key === 'ArrowUp') { e.preventDefault(); move(-1); }
  if (e.key === 'Enter') { e.preventDefault(); e.stopPropagation(); choose(e.ctrlKey || e.metaKey); }
});
