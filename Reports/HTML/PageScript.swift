/// The page's script: sorts tables, filters clips, plays frames. The page is complete without it.
enum PageScript {
  static let source: StaticString = #"""

    "use strict";
    (function () {
      function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }
      function make(tag, properties) { return Object.assign(document.createElement(tag), properties); }

      // Sorting: numbers by their full precision, text as text, missing values always last.
      function key(row, column) {
        var cell = row.cells[column];
        if (!cell) { return null; }
        if (cell.dataset.v !== undefined) { return Number(cell.dataset.v); }
        var text = cell.textContent.trim();
        return text === "" || text === "–" || cell.classList.contains("none") ? null : text;
      }
      function compare(a, b) {
        if (typeof a === "number" && typeof b === "number") { return a - b; }
        return String(a).localeCompare(String(b), "en", { numeric: true });
      }
      function sort(table, head, column) {
        var rising = head.getAttribute("aria-sort") !== "ascending";
        all("th[aria-sort]", table).forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", rising ? "ascending" : "descending");
        var body = table.tBodies[0];
        var rows = Array.from(body.rows).map(function (row, index) { return { row: row, key: key(row, column), index: index }; });
        rows.sort(function (a, b) {
          if (a.key === null || b.key === null) { return (a.key === null) - (b.key === null) || a.index - b.index; }
          return (rising ? compare(a.key, b.key) : compare(b.key, a.key)) || a.index - b.index;
        });
        rows.forEach(function (entry) { body.appendChild(entry.row); });
      }
      all("table.sortable").forEach(function (table) {
        var heads = table.tHead.rows[table.tHead.rows.length - 1].cells;
        Array.from(heads).forEach(function (head, column) {
          var button = make("button", { type: "button" });
          while (head.firstChild) { button.appendChild(head.firstChild); }
          head.appendChild(button);
          button.addEventListener("click", function () { sort(table, head, column); });
        });
      });

      // Filters by row, test set and clip for the gallery and the list.
      function values(items, name) {
        return Array.from(new Set(items.map(function (item) { return item.dataset[name]; })));
      }
      function choice(title, options, change) {
        var label = make("label", { textContent: title });
        var select = make("select");
        select.appendChild(make("option", { value: "", textContent: "all" }));
        options.forEach(function (option) { select.appendChild(make("option", { value: option, textContent: option })); });
        select.addEventListener("change", change);
        label.appendChild(select);
        return { label: label, select: select, isUseful: options.length > 1 };
      }
      function filter(section, items, place) {
        if (!(items.length > 1)) { return; }
        var bar = make("div", { className: "filters" });
        var state = make("span", { className: "hint" });
        state.setAttribute("role", "status");
        function update() {
          var shown = 0;
          var wanted = search.value.toLowerCase();
          items.forEach(function (item) {
            var name = item.querySelector("th, h3").textContent.toLowerCase();
            var fits = (!row.select.value || item.dataset.row === row.select.value) &&
              (!suite.select.value || item.dataset.suite === suite.select.value) && name.includes(wanted);
            item.hidden = !fits;
            shown += fits;
          });
          state.textContent = shown + " of " + items.length + " shown";
        }
        var row = choice("Row", values(items, "row"), update);
        var suite = choice("Test set", values(items, "suite"), update);
        var search = make("input", { type: "search", placeholder: "Clip" });
        search.setAttribute("aria-label", "Part of a clip's name");
        search.addEventListener("input", update);
        if (row.isUseful) { bar.appendChild(row.label); }
        if (suite.isUseful) { bar.appendChild(suite.label); }
        bar.appendChild(search);
        bar.appendChild(state);
        section.insertBefore(bar, place);
        update();
      }
      var gallery = document.getElementById("gallery");
      if (gallery) { filter(gallery, all(".clip", gallery), gallery.querySelector(".clip")); }
      var list = document.getElementById("clips");
      if (list) { filter(list, all("tbody tr", list), list.querySelector(".scroll")); }
      // A link from the list must reach its clip even when a filter hides it.
      all("#clips a").forEach(function (link) {
        link.addEventListener("click", function () {
          var target = document.querySelector(link.getAttribute("href"));
          if (target) { target.hidden = false; }
        });
      });

      // The player: the pictures of the strip, one frame after another, in the stage above it.
      all(".clip").forEach(function (clip) {
        var lanes = all(".strip tr[data-lane]", clip);
        if (!lanes.length) { return; }
        var frames = all("thead th", clip.querySelector(".strip")).slice(1).map(function (head) { return head.textContent; });
        var now = clip.querySelector(".now");
        var tracks = lanes.map(function (lane) {
          var pictures = {};
          all("img", lane).forEach(function (picture) { pictures[picture.dataset.frame] = picture; });
          return { stage: clip.querySelector(".stage [data-lane='" + lane.dataset.lane + "'] img"), pictures: pictures };
        }).filter(function (track) { return track.stage; });
        var bar = make("div", { className: "player" });
        var push = make("button", { type: "button", className: "push", textContent: "▶ Play" });
        var slider = make("input", { type: "range", min: 0, max: frames.length - 1, step: 1 });
        slider.setAttribute("aria-label", "Frame");
        var first = /\d+/.exec(now.textContent);
        slider.value = Math.max(0, frames.indexOf(first ? first[0] : ""));
        var timer = null;
        function show() {
          var frame = frames[slider.value];
          tracks.forEach(function (track) {
            var picture = track.pictures[frame];
            if (picture) { track.stage.src = picture.src; track.stage.alt = picture.alt; }
          });
          slider.setAttribute("aria-valuetext", "frame " + frame);
          now.textContent = "Frame " + frame + ".";
        }
        function stop() { clearInterval(timer); timer = null; push.textContent = "▶ Play"; }
        function step() { slider.value = slider.value === slider.max ? 0 : Number(slider.value) + 1; show(); }
        push.addEventListener("click", function () {
          if (timer) { stop(); return; }
          push.textContent = "❚❚ Pause";
          step();
          timer = setInterval(step, 160);
        });
        slider.addEventListener("input", function () { stop(); show(); });
        bar.appendChild(push);
        bar.appendChild(slider);
        clip.insertBefore(bar, now);
        bar.appendChild(now);
      });

      // Paper cannot be unfolded.
      addEventListener("beforeprint", function () { all("details.curves").forEach(function (part) { part.open = true; }); });
    }());

    """#
}
