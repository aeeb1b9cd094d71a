// Lists by key: J and K move the cursor, X selects (Shift X a range), Enter opens.
const rowsOf = () => {
  const list = document.querySelector('[data-rows]') ?? document.querySelector('#main .ledger tbody, #main .list');
  return list ? [...list.querySelectorAll(list.matches('.list') ? ':scope > li' : ':scope > tr:not(.load-more)')] : [];
};
let anchor = null;

const place = (rows, n) => {
  for (const row of rows) row.classList.remove('cursor');
  rows[n].classList.add('cursor');
  rows[n].scrollIntoView({ block: 'nearest' });
  if (rows[n].parentElement.dataset.follow !== undefined) rows[n].querySelector('a')?.click();
};
const pick = (rows, at, ranged) => {
  const boxes = rows.map((row) => row.querySelector('.pick input'));
  if (!boxes[at]) return;
  const start = rows.indexOf(anchor);
  if (!ranged || start < 0) boxes[at].click();
  else for (let i = Math.min(start, at); i <= Math.max(start, at); i++) if (!boxes[i].checked) boxes[i].click();
  anchor = rows[at];
};
const moves = {
  j: (rows, at) => place(rows, Math.min(at + 1, rows.length - 1)),
  k: (rows, at) => place(rows, Math.max(at - 1, 0)),
  x: (rows, at, e) => pick(rows, at, e.shiftKey),
  enter: (rows, at) => rows[at]?.querySelector('a')?.click(),
};
document.addEventListener('tokui:key', (e) => {
  const rows = rowsOf();
  const current = '.cursor, :has(> [aria-current="true"])';
  const at = rows.findIndex((row) => row.matches('.cursor')) + 1 || rows.findIndex((row) => row.matches(current)) + 1;
  const move = moves[e.detail.key];
  if (!move || !rows.length || e.defaultPrevented || (at === 0 && !'jk'.includes(e.detail.key))) return;
  e.preventDefault();
  move(rows, at - 1, e.detail.event);
});
