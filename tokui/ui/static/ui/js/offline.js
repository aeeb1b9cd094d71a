// Without an answer a banner stays, and asks by itself, until the server is back.
const banner = document.getElementById('offline');
let asking = 0;
const ask = async () => {
  clearTimeout(asking);
  const answer = await fetch('/healthz', { cache: 'no-store' }).catch(() => null);
  if (answer?.ok) banner.hidden = true; else asking = setTimeout(ask, 5000);
};
const gone = () => {
  if (!banner) return;
  banner.hidden = false;
  clearTimeout(asking);
  asking = setTimeout(ask, 5000);
};
document.addEventListener('htmx:sendError', gone);
document.addEventListener('htmx:timeout', gone);
window.addEventListener('offline', gone);
window.addEventListener('online', () => { if (banner && !banner.hidden) ask(); });
banner?.querySelector('[data-again]').addEventListener('click', ask);
