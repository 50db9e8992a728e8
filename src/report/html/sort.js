// Tables sort by the column whose head is pressed: first rising, then falling.
const unit = { d: 86400, h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
const number = (text) => {
  if (/^(\d+(\.\d+)?(d|h|m|s|ms|us|ns)( |$))+$/.test(text.trim())) {
    const parts = text.trim().split(" ").map((part) => /^([\d.]+)(\D+)$/.exec(part));
    return parts.reduce((sum, [, count, name]) => sum + Number(count) * unit[name], 0);
  }
  const found = /^[<>+-]?\s*(-?[\d,]+(?:\.\d+)?)/.exec(text.trim());
  return found ? Number(found[1].replaceAll(",", "")) : NaN;
};
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement;
    const column = [...head.parentElement.children].indexOf(head);
    const body = head.closest("table").tBodies[0];
    const rising = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const text = (row) => row.children[column].textContent;
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [number(text(a)), number(text(b))];
      const order = Number.isNaN(x) || Number.isNaN(y) ? text(a).localeCompare(text(b)) : x - y;
      return rising ? order : -order;
    });
    body.append(...rows);
  });
}
