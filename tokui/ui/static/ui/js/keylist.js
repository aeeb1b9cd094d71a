// The dialog of all keys also lists the ways to go and the keys of this page, from what can be seen on it.
const CAPS = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', Enter: 'Enter' };
const seen = (el) => el.checkVisibility?.() ?? true;
const saying = (el) => {
  const label = el.querySelector('.label') ?? el;
  const text = [...label.childNodes].filter((n) => n.nodeName !== 'KBD').map((n) => n.textContent).join('').trim();
  return el.getAttribute('aria-label') ?? (text || el.title);
};
const draw = (list, found) => {
  list.replaceChildren();
  const told = new Set();
  for (const [keys, says] of found) {
    if (told.has(keys.join())) continue;
    told.add(keys.join());
    const term = document.createElement('dt');
    for (const part of keys) {
      const cap = document.createElement('kbd');
      cap.textContent = CAPS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
      term.append(cap, ' ');
    }
    const words = document.createElement('dd');
    words.textContent = says;
    list.append(term, words);
  }
  list.previousElementSibling.hidden = !told.size;
};
document.addEventListener('tokui:open', (e) => {
  const go = e.target.querySelector('[data-key-go]');
  if (!go) return;
  draw(go, [...document.querySelectorAll('.nav [data-go]')].map((el) => [['G', el.dataset.go], saying(el)]));
  const here = [...document.querySelectorAll('[data-key]')].filter(seen);
  draw(e.target.querySelector('[data-key-here]'), here.map((el) => [[el.dataset.key], saying(el)]));
});
