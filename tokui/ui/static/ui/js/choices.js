// What a visitor chose for this browser: theme, row height, single keys. Cookies, so that the server draws it at once.
const root = document.documentElement;
const keep = (name, value) => {
  if (value) root.dataset[name] = value; else delete root.dataset[name];
  const age = value ? 31536000 : 0;
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `tokui_${name}=${value}; path=/; max-age=${age}; samesite=lax${secure}`;
};
const isDark = () => root.dataset.theme
  ? root.dataset.theme === 'dark'
  : matchMedia('(prefers-color-scheme: dark)').matches;
const DENSITIES = ['', 'compact', 'relaxed'];

document.addEventListener('click', (e) => {
  if (e.target.closest('[data-theme-toggle]')) keep('theme', isDark() ? 'light' : 'dark');
  if (e.target.closest('[data-density-toggle]')) {
    keep('density', DENSITIES[(DENSITIES.indexOf(root.dataset.density ?? '') + 1) % 3]);
  }
  const switchKeys = e.target.closest('[data-keys-toggle]');
  if (switchKeys) {
    keep('keys', root.dataset.keys === 'off' ? '' : 'off');
    switchKeys.setAttribute('aria-pressed', String(root.dataset.keys !== 'off'));
  }
});
