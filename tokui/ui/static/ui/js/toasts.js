// Toasts: from HX-Trigger ("tokui:toast"), from Django messages on the page, undone with Z. What was done last replaces
// what was done before it, so that Z never takes back an older action than the one that is told.
const box = document.getElementById('toasts');
const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

const leave = (toast) => setTimeout(() => {
  if (toast.matches(':hover, :focus-within')) return leave(toast);
  toast.remove();
}, toast.querySelector('[data-undo]') ? 12000 : 6000);

const show = ({ message, tone = 'good', undo = '' }) => {
  if (!box || !message) return;
  const toast = copy(tone === 'bad' ? 'toast-bad' : 'toast-good');
  toast.querySelector('span').textContent = message;
  if (undo) {
    const button = copy('toast-undo');
    button.dataset.undo = undo;
    toast.append(button);
  }
  box.append(toast);
  while (box.children.length > 3) box.firstElementChild.remove();
  leave(toast);
};

// Undoing is a POST. An htmx answer tells the page what to refresh; the page itself listens for "tokui:undone".
const undoing = new Set();
const undo = (button) => {
  const url = button.dataset.undo;
  button.closest('.toast').remove();
  const target = document.querySelector('[data-undo-target]');
  undoing.add(url);
  window.htmx.ajax('POST', url, target ? { target, swap: 'innerHTML' } : { swap: 'none' });
};
document.addEventListener('htmx:afterRequest', (e) => {
  if (!undoing.delete(e.detail.requestConfig?.path) || !e.detail.successful) return;
  document.body.dispatchEvent(new CustomEvent('tokui:undone', { bubbles: true }));
});

document.addEventListener('tokui:toast', (e) => {
  const told = e.detail.value ?? e.detail;
  const all = Array.isArray(told) ? told : [told];
  if (all.some((each) => each.tone !== 'bad')) for (const old of box?.querySelectorAll('.toast:not(.bad)') ?? []) old.remove();
  for (const each of all) show(each);
});
document.addEventListener('click', (e) => {
  const button = e.target.closest('[data-undo]');
  if (button) undo(button);
});
document.addEventListener('tokui:key', (e) => {
  if (e.detail.key !== 'z') return;
  const button = [...box?.querySelectorAll('.toast:not(.bad)') ?? []].pop()?.querySelector('[data-undo]');
  if (button) { e.preventDefault(); undo(button); }
});
for (const toast of box?.children ?? []) leave(toast);
