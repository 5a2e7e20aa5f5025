// Leaflet over our own sketch of the district; real tiles are laid on top when there are any.
//
// <district-map data-src="…geojson" data-pins="pins" data-tiles="" data-zoom-in="…"
//   data-zoom-out="…" data-credit="…" data-tiles-credit="…" data-centre="[63.4,10.4]">
// The pins are a json_script element: [{slug, name, lat, lon, label, free, url, description}].
// `data-view` names another: {spot: a point that was asked near, box: the part of the map that
// was}. Both come with a list, and the map follows it. A link .map-here beside the map is shown
// once it has been moved by hand: it searches what is seen.

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const EDGE = { padding: [46, 46], maxZoom: 17 };

class DistrictMap extends HTMLElement {
  async connectedCallback() {
    const { L } = window;
    this.map = L.map(this, {
      zoomControl: false,
      minZoom: 13,
      maxZoom: 18,
      zoomSnap: 0.25,
      fadeAnimation: !calm,
      zoomAnimation: !calm,
    });
    this.map.attributionControl.setPrefix("");
    L.control
      .zoom({ zoomInTitle: this.dataset.zoomIn, zoomOutTitle: this.dataset.zoomOut })
      .addTo(this.map);
    this.showAll();
    this.layer = L.layerGroup().addTo(this.map);
    this.drawPins();
    document.addEventListener("htmx:afterSwap", () => this.followList());
    new ResizeObserver(() => this.resized()).observe(this);
    this.markSpot();
    this.shown = this.told;
    this.offerSearchHere();
    await this.drawSketch();
    if (this.dataset.tiles) this.layTiles();
  }

  // What is swapped may be something else than the list, and leave the map as it is.
  followList() {
    if (this.told === this.shown) return;
    this.shown = this.told;
    this.drawPins();
    this.markSpot();
    this.byHand = false;
    if (this.here) this.here.hidden = true;
    this.wasSeen = Boolean(this.offsetWidth);
    if (this.wasSeen) this.showAll();
  }

  markSpot() {
    this.spot?.remove();
    if (!this.view.spot) return;
    const { L } = window;
    const icon = L.divIcon({ className: "spot-pin", iconSize: [18, 18] });
    this.spot = L.marker(this.view.spot, { icon, interactive: false, keyboard: false });
    this.spot.addTo(this.map);
  }

  // Only who moves the map by hand is offered to search there: by then it has a reason.
  offerSearchHere() {
    this.here = this.parentElement.querySelector(".map-here");
    if (!this.here) return;
    for (const by of ["pointerdown", "wheel", "keydown"]) {
      this.addEventListener(by, () => (this.byHand = true), { passive: true });
    }
    this.map.on("moveend", () => (this.here.hidden &&= !this.byHand));
    this.here.addEventListener("click", () => (this.here.href = this.searchHere()));
  }

  // The search that the address bar holds, in what is seen of the map.
  searchHere() {
    const query = new URLSearchParams(location.search);
    const seen = this.map.getBounds();
    const box = [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()];
    query.set("bbox", box.map((degrees) => degrees.toFixed(5)).join(","));
    query.delete("page");
    return `?${query}${location.hash}`;
  }

  get pins() {
    return JSON.parse(this.said(this.dataset.pins || "pins") || "[]");
  }

  get view() {
    return JSON.parse(this.said(this.dataset.view) || "{}");
  }

  get told() {
    return this.said(this.dataset.pins || "pins") + this.said(this.dataset.view);
  }

  said(id) {
    return document.getElementById(id)?.textContent ?? "";
  }

  showAll() {
    const { spot, box } = this.view;
    const points = this.pins.map((pin) => [pin.lat, pin.lon]);
    if (spot) points.push(spot);
    if (box) this.showBox(box.split(",").map(Number));
    else if (points.length) this.map.fitBounds(window.L.latLngBounds(points), EDGE);
    else this.map.setView(JSON.parse(this.dataset.centre || "[63.4189,10.3953]"), 15);
  }

  showBox([west, south, east, north]) {
    this.map.fitBounds([[south, west], [north, east]], { maxZoom: 18 });
  }

  // On phones the map has no size until it is asked for.
  resized() {
    this.map.invalidateSize();
    if (this.wasSeen || !this.offsetWidth) return;
    this.wasSeen = true;
    this.showAll();
  }

  async drawSketch() {
    const answer = await fetch(this.dataset.src);
    if (!answer.ok) return;
    const sketch = await answer.json();
    const { L } = window;
    const style = (feature) => this.styleOf(feature.properties);
    this.sketch = L.geoJSON(sketch, {
      filter: (feature) => feature.properties.kind !== "label",
      interactive: false,
      style,
    }).addTo(this.map);
    this.map.on("zoomend", () => this.sketch.setStyle(style));
    for (const label of sketch.features.filter((one) => one.properties.kind === "label")) {
      const [lon, lat] = label.geometry.coordinates;
      const text = document.createElement("span");
      text.textContent = label.properties.name;
      const className = label.properties.water ? "m-label is-water" : "m-label";
      const icon = L.divIcon({ className, html: text });
      L.marker([lat, lon], { interactive: false, keyboard: false, icon }).addTo(this.map);
    }
    this.map.attributionControl.addAttribution(this.dataset.credit);
  }

  // Lines are as wide as on the ground, so they follow the zoom. Colours are in map.css.
  styleOf({ kind, w = 1 }) {
    const scale = 2 ** (this.map.getZoom() - 15);
    const isLine = kind === "river" || kind === "street";
    return {
      className: `m-${kind}`,
      interactive: false,
      lineCap: "round",
      lineJoin: "round",
      color: "",
      opacity: 1,
      fillOpacity: 1,
      stroke: isLine,
      fill: !isLine,
      weight: (kind === "river" ? 24 : 1.5 + 2.6 * w) * scale,
    };
  }

  // The sketch goes only when a first real tile has come.
  layTiles() {
    const tiles = window.L.tileLayer(this.dataset.tiles, {
      minZoom: 13,
      maxZoom: 18,
      attribution: this.dataset.tilesCredit || "",
    });
    tiles.once("tileload", () => {
      this.sketch?.remove();
      this.classList.add("has-tiles");
      this.map.attributionControl.removeAttribution(this.dataset.credit);
    });
    tiles.once("tileerror", () => tiles.remove());
    tiles.addTo(this.map);
  }

  drawPins() {
    const { L } = window;
    this.layer.clearLayers();
    for (const pin of this.pins) {
      const label = document.createElement("span");
      label.className = "pin-in";
      label.textContent = pin.label;
      const className = pin.free ? "pin is-free" : "pin";
      const icon = L.divIcon({ className, html: label });
      const marker = L.marker([pin.lat, pin.lon], { icon, keyboard: Boolean(pin.url), riseOnHover: true });
      marker.addTo(this.layer);
      const element = marker.getElement();
      element.dataset.slug = pin.slug;
      element.setAttribute("role", pin.url ? "link" : "img");
      element.setAttribute("aria-label", pin.description || `${pin.name}, ${pin.label}`);
      if (!pin.url) continue;
      marker.on("click", () => location.assign(pin.url));
      marker.on("keypress", (event) => {
        if (event.originalEvent.key === "Enter") location.assign(pin.url);
      });
    }
  }
}

customElements.define("district-map", DistrictMap);

// <point-map data-latitude="id" data-longitude="id">: sets two number fields. Without script
// they are typed; the map is an aid, not the only way.
class PointMap extends DistrictMap {
  async connectedCallback() {
    const { L } = window;
    const names = [this.dataset.latitude, this.dataset.longitude];
    this.fields = names.map((id) => document.getElementById(id));
    const drawn = super.connectedCallback();
    this.marker = L.marker(this.point || this.map.getCenter(), {
      draggable: true,
      icon: L.divIcon({ className: "point-pin", iconSize: [26, 26] }),
      title: this.dataset.marker,
      opacity: this.point ? 1 : 0.5,
    }).addTo(this.map);
    this.marker.on("dragend", () => this.choose(this.marker.getLatLng()));
    this.map.on("click", (event) => this.choose(event.latlng));
    for (const field of this.fields) field.addEventListener("change", () => this.follow());
    await drawn;
  }

  get point() {
    const point = this.fields.map((field) => Number.parseFloat(field.value.replace(",", ".")));
    return point.every(Number.isFinite) ? point : null;
  }

  showAll() {
    if (this.point) this.map.setView(this.point, 17);
    else super.showAll();
  }

  choose({ lat, lng }) {
    for (const [i, number] of [lat, lng].entries()) this.fields[i].value = number.toFixed(6);
    this.follow();
  }

  follow() {
    if (!this.point) return;
    this.marker.setLatLng(this.point).setOpacity(1);
    this.map.panTo(this.point);
  }
}

customElements.define("point-map", PointMap);
