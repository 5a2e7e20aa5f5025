// The week grid. Without script each free slot is a submit button; with it one drags,
// clicks start and end, or uses the keyboard. The choice goes into the panel's form, whose
// "change" makes htmx ask the server for the price: only the server knows prices.
//
// <week-grid data-step="30" data-first="60" data-separator="." data-chosen="Valgt {time}">
//   .slot buttons: value "YYYY-MM-DDTHH:MM", data-d (day 0–6), data-m (minute of the day)
// <form id="panel"> with date, from, to and last
//
// A choice is two minutes of the wall clock, counted from one midnight long ago, so that it may
// last for days. It does so where the panel's last day is unfolded; else a tap on another day
// begins anew.

const two = (number) => String(number).padStart(2, "0");
const asTime = (minute, separator = ":") => `${two(Math.floor(minute / 60))}${separator}${two(minute % 60)}`;
const asMinute = (time) => time.split(":").reduce((hours, minutes) => hours * 60 + Number(minutes), 0);
const DAY = 24 * 60;
const midnight = (date) => Date.parse(`${date}T00:00Z`) / 60000;
const asDate = (wall) => new Date(wall * 60000).toISOString().slice(0, 10);

class WeekGrid extends HTMLElement {
  connectedCallback() {
    this.step = Number(this.dataset.step) || 30;
    this.first = Math.max(Number(this.dataset.first) || 60, this.step);
    this.separator = this.dataset.separator || ":";
    this.slots = [...this.querySelectorAll(".slot")].map((button) => this.prepared(button));
    this.byTime = new Map(this.slots.map((slot) => [slot.wall, slot]));
    this.byButton = new Map(this.slots.map((slot) => [slot.button, slot]));
    this.speaker = this.appendChild(document.createElement("p"));
    this.speaker.className = "sr";
    this.speaker.setAttribute("aria-live", "polite");

    this.addEventListener("pointerdown", (event) => this.pressed(event));
    this.addEventListener("pointermove", (event) => this.dragged(event));
    addEventListener("pointerup", () => this.released());
    addEventListener("pointercancel", () => (this.drag = null));
    this.addEventListener("click", (event) => this.tapped(event));
    this.addEventListener("keydown", (event) => this.keyed(event));
    this.addEventListener("focusin", (event) => this.rove(this.slotOf(event.target)));
    this.addEventListener("change", (event) => {
      if (event.target.matches(".daypill input")) this.roveHome();
    });
    document.addEventListener("change", (event) => {
      if (!this.telling && event.target.closest("#panel")) this.followPanel();
    });
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.elt.id === "panel") this.followPanel();
    });
    this.followPanel();
    this.roveHome();
  }

  prepared(button) {
    button.type = "button";
    button.tabIndex = -1;
    const minute = Number(button.dataset.m);
    return { button, day: Number(button.dataset.d), minute, wall: midnight(button.value.slice(0, 10)) + minute };
  }

  // --- Where things are ---

  slotOf(element) {
    return this.byButton.get(element.closest(".slot"));
  }

  at(wall) {
    return this.byTime.get(wall);
  }

  of(day) {
    return this.slots.filter((slot) => slot.day === day);
  }

  // The longest free run from one slot towards another, as [start, end): a booking cannot
  // leap over another, nor over a night when it is closed.
  run(from, to) {
    const step = to >= from ? this.step : -this.step;
    let last = from;
    while (last !== to && this.at(last + step)) last += step;
    return [Math.min(from, last), Math.max(from, last) + this.step];
  }

  // The same within the day of the first.
  runOf({ wall, minute }, to) {
    return this.run(wall, Math.max(wall - minute, Math.min(to, wall - minute + DAY - this.step)));
  }

  // --- Choosing ---

  choose(start, end, { tell = true } = {}) {
    this.chosen = { start, end };
    for (const { button, wall } of this.slots) {
      const inside = wall >= start && wall < end;
      button.classList.toggle("sel", inside);
      button.classList.toggle("sel-a", inside && wall === start);
      button.classList.toggle("sel-b", inside && wall === end - this.step);
      button.setAttribute("aria-pressed", String(inside));
      button.firstElementChild.textContent = inside && wall === start ? this.range(start, end) : "";
    }
    if (tell) this.tellPanel();
  }

  clear() {
    this.chosen = this.anchor = null;
    for (const { button } of this.slots) {
      button.classList.remove("sel", "sel-a", "sel-b");
      button.setAttribute("aria-pressed", "false");
      button.firstElementChild.textContent = "";
    }
  }

  range(start, end) {
    const begins = asTime(start % DAY, this.separator);
    return end - start < DAY ? `${begins}–${this.ends(end, this.separator)}` : `${begins} →`;
  }

  // An end at midnight is 24:00 of the day before.
  ends(end, separator) {
    return asTime(end % DAY || DAY, separator);
  }

  // --- Pointer: drag with a mouse or pen; first and last tap with any ---

  pressed(event) {
    const slot = this.slotOf(event.target);
    if (!slot || event.pointerType === "touch" || event.button) return;
    this.drag = { from: slot, moved: false };
  }

  dragged(event) {
    if (!this.drag) return;
    const { from } = this.drag;
    const column = from.button.getBoundingClientRect();
    const under = document.elementFromPoint(column.left + column.width / 2, event.clientY);
    const slot = under && this.slotOf(under);
    if (!slot || slot.day !== from.day || (slot === from && !this.drag.moved)) return;
    this.drag.moved = true;
    this.anchor = null;
    this.choose(...this.run(from.wall, slot.wall), { tell: false });
  }

  released() {
    if (this.drag?.moved) {
      this.ignoreClick = true;
      setTimeout(() => (this.ignoreClick = false));
      this.tellPanel();
    }
    this.drag = null;
  }

  tapped(event) {
    const slot = this.slotOf(event.target);
    if (!slot || this.ignoreClick) return;
    const from = this.anchor;
    if (from && from !== slot && this.reaches(from, slot)) {
      this.anchor = null;
      this.choose(...this.run(from.wall, slot.wall));
    } else {
      this.anchor = slot;
      this.choose(...this.runOf(slot, slot.wall + this.first - this.step));
    }
  }

  // Whether a second tap ends what the first began.
  reaches(from, slot) {
    if (from.day === slot.day) return true;
    const [start, end] = this.run(from.wall, slot.wall);
    return this.lasts && start <= slot.wall && slot.wall < end;
  }

  // --- Keyboard: arrows move, Enter chooses, Shift + up or down stretches, Escape clears ---

  keyed(event) {
    const slot = this.slotOf(event.target);
    if (!slot) return;
    const moves = {
      ArrowDown: () => this.vertical(slot, this.step, event.shiftKey),
      ArrowUp: () => this.vertical(slot, -this.step, event.shiftKey),
      ArrowRight: () => this.sideways(slot, 1),
      ArrowLeft: () => this.sideways(slot, -1),
      Home: () => this.of(slot.day).at(0),
      End: () => this.of(slot.day).at(-1),
      Escape: () => void this.clear(),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    this.focusOn(moves[event.key]());
  }

  vertical(slot, step, stretches) {
    const { day, minute, wall } = slot;
    if (stretches) {
      const next = this.at(wall + step);
      if (next && next.day !== day && !this.lasts) return null;
      this.stretchFrom ??= wall;
      if (next) this.choose(...this.run(this.stretchFrom, wall + step));
      return next;
    }
    this.stretchFrom = null;
    const further = this.of(day).filter((other) => (other.minute - minute) * step > 0);
    return step > 0 ? further.at(0) : further.at(-1);
  }

  sideways(slot, step) {
    for (let day = slot.day + step; day >= 0 && day < 7; day += step) {
      const near = this.of(day).sort(
        (one, other) => Math.abs(one.minute - slot.minute) - Math.abs(other.minute - slot.minute),
      )[0];
      if (near) return near;
    }
    return null;
  }

  focusOn(slot) {
    if (!slot) return;
    this.show(slot.day);
    slot.button.focus();
  }

  // On phones one day is shown at a time.
  show(day) {
    const radio = this.querySelector(`#day${day}`);
    if (radio && !radio.checked) radio.checked = true;
  }

  // One slot is in the tab order: the focused one, else the chosen one, else the first shown.
  rove(slot) {
    if (!slot) return;
    for (const other of this.slots) other.button.tabIndex = other === slot ? 0 : -1;
  }

  roveHome() {
    const isShown = (slot) => slot?.button.offsetParent !== null;
    const chosen = this.chosen && this.at(this.chosen.start);
    this.rove(chosen && isShown(chosen) ? chosen : this.slots.find(isShown) ?? this.slots[0]);
  }

  // --- The panel's form ---

  get fields() {
    const fields = document.getElementById("panel")?.elements;
    return fields?.from && fields?.to && fields?.date ? fields : null;
  }

  // Whether the panel asks for a last day.
  get lasts() {
    return Boolean(document.querySelector("#panel .several[open]"));
  }

  tellPanel() {
    const { fields, chosen } = this;
    if (!fields || !chosen) return;
    const { start, end } = chosen;
    fields.date.value = asDate(start);
    fields.from.value = asTime(start % DAY);
    fields.to.value = this.ends(end);
    if (fields.last) fields.last.value = this.lasts ? asDate(end - 1) : "";
    this.telling = true;
    fields.to.dispatchEvent(new Event("change", { bubbles: true }));
    this.telling = false;
    const time = `${this.at(start).button.ariaLabel}–${this.ends(end, this.separator)}`;
    this.speaker.textContent = (this.dataset.chosen || "{time}").replace("{time}", time);
  }

  followPanel() {
    const { fields } = this;
    if (!fields?.date.value || !fields.from.value || !fields.to.value) return;
    const day = midnight(fields.date.value);
    const start = day + asMinute(fields.from.value);
    const last = fields.last?.value > fields.date.value ? midnight(fields.last.value) : day;
    const end = last + asMinute(fields.to.value);
    const its = this.slots.find((slot) => slot.button.value.startsWith(fields.date.value))?.day;
    if (its !== undefined) this.show(its);
    this.choose(start, end > start ? end : end + DAY, { tell: false });
  }
}

customElements.define("week-grid", WeekGrid);
