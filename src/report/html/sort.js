// Tables sort by the column whose head is pressed: first rising, then falling.
const unit = { d: 86400, h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
const number = (text) => {
  const [, sign, rest] = /^[<>]?\s*([+-]?)(.*)$/.exec(text.trim());
  const size = /^(\d+(\.\d+)?(d|h|m|s|ms|us|ns)( |$))+$/.test(rest)
    ? rest.split(" ").reduce((sum, part) => sum + parseFloat(part) * unit[part.replace(/[\d.]+/, "")], 0)
    : parseFloat(rest.replaceAll(",", ""));
  return sign === "-" ? -size : size;
};
// Numbers come first, then texts, then nothing at all.
const order = (a, b) => {
  const [x, y] = [number(a), number(b)];
  const kind = (text, value) => (["", "–"].includes(text) ? 2 : Number.isNaN(value) ? 1 : 0);
  const kinds = kind(a, x) - kind(b, y);
  return kinds || (Number.isNaN(x) ? a.localeCompare(b, "en", { numeric: true }) : x - y);
};
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement;
    const column = [...head.parentElement.children].indexOf(head);
    const body = head.closest("table").tBodies[0];
    const sort = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sort);
    const text = (row) => row.children[column].textContent.trim();
    const rising = [...body.rows].sort((a, b) => order(text(a), text(b)));
    body.append(...(sort === "ascending" ? rising : rising.reverse()));
    document.querySelector("[role=status]").textContent = `Sorted by ${button.textContent}, ${sort}.`;
  });
}
// What is wider than the screen can be scrolled with the keyboard; what is not is no stop on its way.
const stops = () => {
  for (const part of document.querySelectorAll("[data-scrolls]")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
};
addEventListener("resize", stops);
stops();
