// The dialog of all keys also lists the keys of this page, from what is on it.
document.addEventListener('tokui:open', (e) => {
  const list = e.target.querySelector('[data-key-here]');
  if (!list) return;
  list.replaceChildren();
  for (const el of document.querySelectorAll('[data-key], .nav [data-go]')) {
    const term = document.createElement('dt');
    for (const part of el.dataset.key ? [el.dataset.key] : ['G', el.dataset.go]) {
      const cap = document.createElement('kbd');
      cap.textContent = part.length === 1 ? part.toUpperCase() : part;
      term.append(cap, ' ');
    }
    const says = document.createElement('dd');
    const label = el.querySelector('.label') ?? el;
    says.textContent = el.getAttribute('aria-label') ?? [...label.childNodes].filter((n) => n.nodeName !== 'KBD').map((n) => n.textContent).join('').trim();
    list.append(term, says);
  }
});
