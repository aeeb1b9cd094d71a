// htmx: the CSRF header, errors as toasts, busy states after 400 ms, focus on the heading of what was swapped in.
const words = () => document.getElementById('ui-words')?.dataset ?? {};
const toast = (message, tone = 'bad') =>
  document.dispatchEvent(new CustomEvent('tokui:toast', { detail: { message, tone } }));

document.addEventListener('htmx:configRequest', (e) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token && e.detail.verb !== 'get') e.detail.headers['X-CSRFToken'] = token;
});

// A refusal carries its sentence in HX-Trigger and is shown by toasts.js; anything else gets a general one.
document.addEventListener('htmx:responseError', (e) => {
  const xhr = e.detail.xhr;
  if (/tokui:toast/.test(xhr.getResponseHeader('HX-Trigger') ?? '')) return;
  toast(xhr.status === 401 ? words().signedOut : words().failed);
});

const waiting = new WeakMap();
const begin = (el) => {
  el.setAttribute('aria-busy', 'true');
  waiting.set(el, setTimeout(() => el.classList.add('busy'), 400));
};
const end = (el) => {
  clearTimeout(waiting.get(el));
  el.classList.remove('busy');
  el.removeAttribute('aria-busy');
};
document.addEventListener('htmx:beforeRequest', (e) => begin(e.detail.target ?? e.target));
document.addEventListener('htmx:afterRequest', (e) => end(e.detail.target ?? e.target));

// A plain form is sent once: the second press of its button is ignored until the page answers.
document.addEventListener('submit', (e) => {
  if (e.defaultPrevented || e.target.method === 'dialog') return;
  if (e.target.dataset.sent) return e.preventDefault();
  if (e.target.method === 'post') { e.target.dataset.sent = 'yes'; begin(e.target); }
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) { delete form.dataset.sent; end(form); }
});

// Where the focus was lost with the old fragment, it goes to [data-focus] or the heading of the new one.
document.addEventListener('htmx:afterSettle', (e) => {
  if (e.target.closest?.('[data-keep-focus], .palette')) return;
  const wanted = e.target.querySelector?.('[data-focus], [aria-invalid="true"]');
  const place = wanted ?? (document.activeElement === document.body ? e.target.querySelector?.('h1, h2') : null);
  if (!place) return;
  if (!place.matches('a, button, input, select, textarea')) place.tabIndex = -1;
  place.focus({ preventScroll: !wanted });
});
