// Single keys. Never while typing or composing; switched off by data-keys="off" on <html> (WCAG 2.1.4).
// A key first belongs to [data-key] on the page, then to G-then, then to modules that hear "tokui:key".
const TYPING = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog, [popover]';
let going = 0;
const visible = (el) => el.checkVisibility?.() ?? true;
const hotkey = (key) => [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(visible)[0];
const press = (el) => (el.matches('input, select, textarea') ? el.focus() : el.click());

const search = () => {
  const box = document.querySelector('.toolbar input[type="search"], [data-search]');
  (box ?? document.querySelector('[data-open="palette"]'))?.[box ? 'focus' : 'click']();
};

const withModifier = (e) => {
  if (e.key.toLowerCase() === 'k' && !e.shiftKey) {
    const dialog = document.getElementById('palette');
    if (!dialog) return;
    e.preventDefault();
    if (dialog.open) dialog.close(); else document.querySelector('[data-open="palette"]')?.click();
  }
  if (e.key === 'Enter') e.target.closest('form')?.requestSubmit();
};

document.addEventListener('keydown', (e) => {
  if (e.isComposing || e.keyCode === 229) return;
  if (e.ctrlKey || e.metaKey) return withModifier(e);
  if (e.altKey || document.documentElement.dataset.keys === 'off' || e.target.closest(TYPING)) return;
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
  if (Date.now() - going < 1500) {
    going = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (link) { e.preventDefault(); return link.click(); }
  }
  // Enter on a link or button is that link's own.
  if (key === 'Enter' && e.target !== document.body && e.target.matches('a, button, summary, input')) return;
  const hot = hotkey(key) ?? hotkey(e.key);
  if (hot) { e.preventDefault(); return press(hot); }
  if (key === 'g') { going = Date.now(); return; }
  if (key === '/') { e.preventDefault(); return search(); }
  const told = new CustomEvent('tokui:key', { cancelable: true, detail: { key: key.toLowerCase(), event: e } });
  if (!document.dispatchEvent(told)) e.preventDefault();
});
