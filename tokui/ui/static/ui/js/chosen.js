// Chosen rows: select-all, and the bulk bar's count and sum, from the amounts behind the red rule; only where all are yen.
const sumOf = (boxes) => {
  const amounts = boxes.filter((box) => box.checked).map((box) => box.closest('tr').querySelector('.acct .money'));
  if (!amounts.some(Boolean) || amounts.some((each) => each?.dataset.c)) return '';
  return `・¥${amounts.reduce((sum, each) => sum + Number(each?.value ?? 0), 0).toLocaleString()}`;
};
const sync = (table) => {
  const boxes = [...table.querySelectorAll('tbody .pick input')];
  const chosen = boxes.filter((box) => box.checked).length;
  const head = table.querySelector('thead .pick input');
  if (head) { head.checked = chosen > 0 && chosen === boxes.length; head.indeterminate = chosen > 0 && !head.checked; }
  const bulk = table.closest('.ledger-box')?.parentElement.querySelector(':scope > .bulk');
  const [count, sum] = [bulk?.querySelector('[data-count]'), bulk?.querySelector('[data-sum]')];
  if (count) count.textContent = chosen.toLocaleString();
  if (sum) sum.textContent = sumOf(boxes);
};
document.addEventListener('change', (e) => {
  const table = e.target.closest('.pick') && e.target.closest('table');
  if (!table) return;
  if (e.target.closest('thead')) for (const box of table.querySelectorAll('tbody .pick input')) box.checked = e.target.checked;
  sync(table);
});
document.addEventListener('click', (e) => {
  if (!e.target.closest('[data-unpick]')) return;
  for (const box of document.querySelectorAll('.ledger .pick input')) box.checked = false;
  for (const table of document.querySelectorAll('.ledger')) sync(table);
});
document.addEventListener('htmx:afterSettle', () => { for (const table of document.querySelectorAll('.ledger')) sync(table); });
