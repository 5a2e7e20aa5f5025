// Dragging over a day line chooses a time to close. Without script, and for the keyboard, each
// free stretch is a link to the same form.
//
// <drag-to-close data-from="420" data-to="1260" data-separator="."> the ends of the lines
//   .board-row[data-close="/…/close/?date=2026-11-24"][data-name="Nidelva"] > svg.daybar
//   <p class="ow-chosen" hidden><a data-text="Steng {what}"></a> <button></button></p>

const STEP = 30;

class DragToClose extends HTMLElement {
  connectedCallback() {
    this.from = Number(this.dataset.from);
    this.to = Number(this.dataset.to);
    this.offer = this.querySelector(".ow-chosen");
    this.link = this.offer.querySelector("a");
    this.addEventListener("pointerdown", (event) => this.pressed(event));
    this.addEventListener("pointermove", (event) => this.dragged(event));
    this.addEventListener("pointerup", () => this.released());
    this.addEventListener("pointercancel", () => this.clear());
    this.addEventListener("dragstart", (event) => event.preventDefault());
    this.addEventListener("click", (event) => this.clicked(event), true);
    this.offer.querySelector("button").addEventListener("click", () => this.clear());
    addEventListener("keydown", (event) => event.key === "Escape" && this.clear());
  }

  pressed(event) {
    const row = event.target.closest(".board-row[data-close]");
    const line = event.target.closest(".daybar");
    if (!row || !line || event.button || event.target.closest("a:not(.bar-offer)")) return;
    this.clear();
    this.drag = { row, line, pointer: event.pointerId, at: this.minute(line, event.clientX) };
  }

  dragged(event) {
    if (!this.drag || event.pointerId !== this.drag.pointer) return;
    const { line, at } = this.drag;
    const now = this.minute(line, event.clientX);
    if (!this.span && Math.abs(now - at) < STEP / 2) return;
    if (!this.span) this.setPointerCapture(event.pointerId);
    const start = Math.floor(Math.min(at, now) / STEP) * STEP;
    const end = Math.ceil(Math.max(at, now) / STEP) * STEP;
    this.span = [Math.max(start, this.from), Math.min(end, this.to)];
    this.draw(line);
  }

  released() {
    const { drag, span } = this;
    this.drag = null;
    if (!drag || !span) return;
    const [start, end] = span;
    const what = `${drag.row.dataset.name}, ${this.clock(start)}–${this.clock(end)}`;
    this.link.textContent = this.link.dataset.text.replace("{what}", what);
    this.link.href = `${drag.row.dataset.close}&from=${this.time(start)}&to=${this.time(end)}`;
    this.offer.hidden = false;
    this.link.focus({ preventScroll: true });
  }

  // What ends a drag is no click on the stretch where it ends.
  clicked(event) {
    if (this.span && event.detail && !this.offer.contains(event.target)) event.preventDefault();
  }

  clear() {
    this.drag = this.span = null;
    this.mark?.remove();
    this.offer.hidden = true;
  }

  draw(line) {
    const [start, end] = this.span;
    const length = this.to - this.from;
    this.mark ??= document.createElementNS("http://www.w3.org/2000/svg", "rect");
    this.mark.setAttribute("class", "bar-closing");
    this.mark.setAttribute("height", "100%");
    this.mark.setAttribute("x", `${(100 * (start - this.from)) / length}%`);
    this.mark.setAttribute("width", `${(100 * (end - start)) / length}%`);
    if (this.mark.parentNode !== line) line.append(this.mark);
  }

  minute(line, x) {
    const { left, width } = line.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (x - left) / width));
    return this.from + part * (this.to - this.from);
  }

  time(minute, separator = ":") {
    const two = (number) => String(number).padStart(2, "0");
    return `${two(Math.floor(minute / 60))}${separator}${two(minute % 60)}`;
  }

  // As the times around it are written: 13–14.30, in English 13:00–14:30.
  clock(minute) {
    const { separator } = this.dataset;
    const time = this.time(minute, separator);
    return separator === "." ? time.replace(".00", "") : time;
  }
}

customElements.define("drag-to-close", DragToClose);
