// Finds what people see, by the words that they know it by: the best match for `name` among the shown elements of a kind,
// nearest to the words `within`.
const [kind, name, within] = arguments;
const POOLS = {
  press: "a[href], button, summary",
  field: "input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea",
  option: "input[type=radio], input[type=checkbox]",
};
const PLACES = "tr, li, section, fieldset, details, form, nav, dialog, header, footer, main, .field";
const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const words = (node) => tidy(node.getAttribute("aria-label")
  ?? (node.labels?.length ? [...node.labels].map((label) => label.textContent).join(" ") : node.textContent));
const likeness = (text) => (text === name ? 3 : text.startsWith(name) ? 2 : text.includes(name) ? 1 : 0);
const distance = (node) => {
  let steps = 0;
  for (let at = node.closest(PLACES); at; at = at.parentElement?.closest(PLACES)) {
    if (tidy(at.textContent).includes(within)) return steps;
    steps += 1;
  }
  return Infinity;
};
const usable = (node) => node.checkVisibility({ visibilityProperty: true }) && node.closest("[aria-hidden=true]") === null;
let best = null;
for (const node of document.querySelectorAll(POOLS[kind])) {
  const like = usable(node) ? likeness(words(node)) : 0;
  const far = within ? distance(node) : 0;
  if (like && far < Infinity && (!best || like > best.like || (like === best.like && far < best.far))) best = { node, like, far };
}
return best?.node ?? null;
