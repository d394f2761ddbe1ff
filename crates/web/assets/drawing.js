// A drawing that is wider than the screen opens at its first step, not at an empty edge.
for (const drawing of document.querySelectorAll(".drawing")) {
  const top = (shape) => shape.getBoundingClientRect().top;
  const [first] = [...drawing.querySelectorAll("svg a rect")].sort((one, other) => top(one) - top(other));
  if (!first || drawing.scrollWidth <= drawing.clientWidth) continue;
  const [step, room] = [first.getBoundingClientRect(), drawing.getBoundingClientRect()];
  drawing.scrollLeft += step.left + step.width / 2 - room.left - room.width / 2;
}
