// Dialogs by attribute: data-open="id" opens, data-close closes; printing and copying by attribute too.
const open = (dialog) => {
  if (!dialog || dialog.open) return;
  for (const other of document.querySelectorAll('dialog[open]')) other.close();
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent('tokui:open', { bubbles: true }));
};

document.addEventListener('click', (e) => {
  const opener = e.target.closest('[data-open]');
  if (opener) {
    opener.closest('[popover]')?.hidePopover();
    open(document.getElementById(opener.dataset.open));
  }
  if (e.target.closest('[data-close]')) e.target.closest('dialog')?.close();
  // closedby="any" is not in every browser yet: a press on the backdrop closes.
  if (e.target.matches('dialog[closedby="any"]') && !('closedBy' in HTMLDialogElement.prototype)) e.target.close();
  if (e.target.closest('[data-print]')) window.print();
  // Back to where the visitor came from, if that was here; the link's own address is for everybody else.
  if (e.target.closest('[data-back]') && history.length > 1 && document.referrer.startsWith(location.origin)) {
    e.preventDefault();
    history.back();
  }
  const copied = e.target.closest('[data-copy]');
  if (copied) {
    navigator.clipboard?.writeText(copied.dataset.copy).then(() => {
      document.dispatchEvent(new CustomEvent('tokui:toast', { detail: { message: copied.dataset.copied } }));
    });
  }
});

// A dialog that arrives by htmx in #dialog opens itself; it closes when the server says "tokui:close".
document.addEventListener('htmx:afterSettle', (e) => {
  const dialog = e.target.matches?.('dialog[data-auto]') ? e.target : e.target.querySelector?.('dialog[data-auto]');
  open(dialog);
});
document.addEventListener('tokui:close', () => {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
});
document.addEventListener('tokui:key', (e) => {
  if (e.detail.key === '?') { e.preventDefault(); open(document.getElementById('keys')); }
});
