/// The page's style sheet: light and dark, desktop, phone and paper.
enum PageStyles {
  static let source: StaticString = """

    :root { color-scheme: light dark;
      --page: #f6f7f9; --card: #ffffff; --ink: #1a1f26; --soft: #58626e; --edge: #d9dee5; --fine: #e9edf2;
      --accent: #1557a0; --good: #17683c; --bad: #a81e1e; --warn: #855400;
      --goodback: #e8f5ed; --badback: #fcebea; --warnback: #fdf4e0; --head: #eef1f5;
      --k0: #1f66b1; --k1: #c4470f; --k2: #1d7f4f; --k3: #8a3ab0; --k4: #8f6400; --k5: #0e7482; --k6: #b32a5b; --k7: #5b6470;
      --sans: system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Helvetica, Arial, sans-serif;
      --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    @media (prefers-color-scheme: dark) { :root {
      --page: #12151a; --card: #1a1f26; --ink: #e6eaef; --soft: #a3adb9; --edge: #343c47; --fine: #272e37;
      --accent: #7fb6f2; --good: #6fd39b; --bad: #ff8f88; --warn: #e9b85a;
      --goodback: #16291f; --badback: #331b1c; --warnback: #2d2413; --head: #222933;
      --k0: #6fb1f5; --k1: #ff9a62; --k2: #63cf98; --k3: #d091f2; --k4: #e0b64a; --k5: #57cddb; --k6: #ff86b0; --k7: #a9b4c0; } }
    * { box-sizing: border-box; }
    html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 var(--sans); }
    main, header.top { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
    .skip { position: absolute; left: -9999px; }
    .skip:focus { left: 8px; top: 8px; padding: 6px 12px; background: var(--card); z-index: 9; }
    a { color: var(--accent); }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    h1 { font-size: 26px; line-height: 1.25; margin: 28px 0 10px; letter-spacing: -0.01em; }
    h2 { font-size: 20px; margin: 0 0 12px; }
    h3 { font-size: 16px; margin: 22px 0 8px; overflow-wrap: anywhere; }
    h4 { font-size: 14px; margin: 0; }
    p { margin: 0 0 8px; }
    code { font: 12.5px/1.45 var(--mono); overflow-wrap: anywhere; }
    .hint { color: var(--soft); font-size: 13.5px; }
    section { margin: 36px 0 0; scroll-margin-top: 12px; }
    section:last-child { margin-bottom: 48px; }
    .summary { list-style: none; margin: 0 0 14px; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 18px; color: var(--soft); }
    .summary .good { color: var(--good); font-weight: 600; } .summary .good::before { content: "✓ "; }
    .summary .bad { color: var(--bad); font-weight: 600; } .summary .bad::before { content: "✗ "; }
    nav { display: flex; flex-wrap: wrap; gap: 6px 20px; border-bottom: 1px solid var(--edge); padding-bottom: 10px; }
    nav a { text-decoration: none; font-weight: 500; } nav a:hover { text-decoration: underline; }
    #alerts { display: grid; gap: 14px; margin-top: 20px; }
    .alert { border: 1px solid var(--edge); border-left: 4px solid var(--soft); border-radius: 6px; padding: 14px 16px; min-width: 0; }
    .alert h2 { font-size: 17px; margin-bottom: 8px; } .alert ul { margin: 0; padding-left: 20px; }
    .alert.bad { background: var(--badback); border-left-color: var(--bad); } .alert.bad h2 { color: var(--bad); }
    .alert.warn { background: var(--warnback); border-left-color: var(--warn); } .alert.warn h2 { color: var(--warn); }
    .alert.good { background: var(--goodback); border-left-color: var(--good); } .alert.good h2 { color: var(--good); }
    .alert li, .notice li { overflow-wrap: anywhere; }
    .notice { background: var(--warnback); border-radius: 6px; padding: 10px 14px; margin-bottom: 12px; }
    .notice ul { margin: 0; padding-left: 20px; }

    .scroll { overflow-x: auto; border: 1px solid var(--edge); border-radius: 6px; background: var(--card); }
    .scroll.tall { max-height: 560px; overflow-y: auto; }
    table { border-collapse: separate; border-spacing: 0; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
    th, td { padding: 7px 12px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--fine); vertical-align: top; }
    tbody tr:last-child > * { border-bottom: 0; }
    thead th { background: var(--head); font-weight: 600; border-bottom: 1px solid var(--edge); vertical-align: bottom; }
    thead td { background: var(--head); }
    tr.groups th { text-align: center; border-bottom: 1px solid var(--edge); }
    .results { font-size: 13.5px; } .results th, .results td { padding: 7px 6px; } .results thead th { white-space: normal; }
    .results th:not([aria-sort]) button::after { content: none; } .results th button:hover { text-decoration: underline dotted; }
    .results tbody th { padding-left: 12px; }
    .groups th, colgroup + colgroup { border-left: 1px solid var(--edge); }
    th:first-child { text-align: left; position: sticky; left: 0; background: var(--card); z-index: 1; font-weight: 500; }
    thead th:first-child, thead td:first-child { background: var(--head); position: sticky; left: 0; z-index: 2; }
    .tall thead th { position: sticky; top: 0; z-index: 2; } .tall thead th:first-child { z-index: 3; }
    tbody tr:hover > * { background: var(--head); }
    .list th, .list td { text-align: left; } .list td[data-v] { text-align: right; }
    .list .num { text-align: right; }
    td.text { white-space: normal; min-width: 240px; overflow-wrap: anywhere; }
    td.none { color: var(--soft); }
    td strong { font-weight: 700; }
    .ci { display: block; font-size: 12px; color: var(--soft); font-weight: 400; }
    sup { font-size: 10.5px; line-height: 0; color: var(--soft); margin-left: 1px; }
    .footnotes { list-style: none; padding: 0; margin: 8px 0 0; color: var(--soft); font-size: 13px; }
    .dot { display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: var(--c); margin-right: 8px; }
    th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--accent); }
    th button::after { content: "↕"; color: var(--soft); opacity: 0.55; padding-left: 5px; font-weight: 400; font-size: 12px; }
    th[aria-sort="ascending"] button::after { content: "▲"; opacity: 1; font-size: 10px; }
    th[aria-sort="descending"] button::after { content: "▼"; opacity: 1; font-size: 10px; }
    .better { color: var(--good); } .worse { color: var(--bad); } .same { color: var(--soft); }
    .verdict { font-weight: 600; }

    .s0 { --c: var(--k0); } .s1 { --c: var(--k1); } .s2 { --c: var(--k2); } .s3 { --c: var(--k3); }
    .s4 { --c: var(--k4); } .s5 { --c: var(--k5); } .s6 { --c: var(--k6); } .s7 { --c: var(--k7); }
    .so, .sp { --c: var(--soft); }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 14px; margin-bottom: 14px; }
    .card { margin: 0; background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: 12px 14px 8px; min-width: 0; }
    .card p { color: var(--soft); font-size: 12.5px; line-height: 1.4; margin: 2px 0 6px; }
    .card svg { display: block; width: 100%; max-width: 520px; height: auto; }
    svg text { font-family: var(--sans); font-size: 12px; fill: var(--ink); font-variant-numeric: tabular-nums; }
    svg .tick { fill: var(--soft); font-size: 11px; } svg .number { font-weight: 600; }
    .grid { stroke: var(--fine); stroke-width: 1; fill: none; }
    .pt { fill: var(--c); stroke: var(--card); stroke-width: 1.2; } .bar { stroke: var(--c); stroke-width: 3; fill: none; }
    .hair { stroke: var(--c); stroke-width: 1; opacity: 0.55; } .thin { stroke: var(--c); stroke-width: 2; opacity: 0.6; }
    .thick { stroke: var(--c); stroke-width: 6; opacity: 0.38; stroke-linecap: round; }
    .line { stroke: var(--c); stroke-width: 1.8; fill: none; stroke-linejoin: round; } .trend { stroke: var(--soft); stroke-width: 1.2; }
    .faint .line { stroke-width: 1.1; opacity: 0.5; } .faint .pt { opacity: 0.6; }
    .seam { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; opacity: 0.7; }
    .area { fill: var(--c); opacity: 0.32; } .rug { stroke: var(--c); stroke-width: 1; opacity: 0.8; }
    .median { stroke: var(--c); stroke-width: 1.6; stroke-dasharray: 4 2; }
    .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 4px 0 8px; font-size: 13.5px; }
    .legend svg, .where svg { vertical-align: -2px; }

    .clip { background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: 14px 16px 10px; margin: 0 0 14px; scroll-margin-top: 12px; }
    .clip:target { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
    .clip h3 { margin: 0; } .rank { color: var(--soft); font-weight: 400; padding-right: 4px; }
    .clip header { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 24px; margin-bottom: 10px; }
    .where { color: var(--soft); font-size: 13.5px; margin: 0; grid-column: 1; overflow-wrap: anywhere; }
    .scores { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 0; grid-column: 2; grid-row: 1 / span 2; }
    .scores dt { color: var(--soft); font-size: 12px; } .scores dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
    .scores dd span { font-weight: 400; font-size: 12.5px; padding-left: 4px; }
    .stage { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(170px, 46%), 1fr)); gap: 10px; }
    .stage figure { margin: 0; min-width: 0; } .stage img { display: block; width: 100%; height: auto; border-radius: 3px; background: var(--fine); outline: 1px solid var(--edge); outline-offset: -1px; }
    .stage figcaption { font-size: 12.5px; padding-top: 3px; line-height: 1.35; } .stage .hint { font-size: 12px; }
    .now { color: var(--soft); font-size: 13px; margin: 8px 0 6px; font-variant-numeric: tabular-nums; }
    .player { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; margin: 10px 0 6px; } .player .now { margin: 0; }
    .player input { flex: 1; min-width: 120px; max-width: 360px; accent-color: var(--accent); }
    button.push, .filters select, .filters input { font: inherit; font-size: 14px; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 5px; padding: 5px 12px; }
    button.push { cursor: pointer; min-width: 78px; } button.push:hover { border-color: var(--accent); }
    details { margin: 4px 0; } summary { cursor: pointer; color: var(--accent); font-size: 14px; padding: 3px 0; width: fit-content; }
    .strip table { width: auto; } .strip td, .strip th { padding: 4px 5px; border: 0; text-align: center; font-size: 12.5px; }
    .strip tbody th { text-align: left; white-space: normal; width: 96px; min-width: 96px; padding-left: 10px; vertical-align: middle; }
    .strip img { display: block; width: 132px; height: auto; border-radius: 2px; }
    .strip tbody tr:hover > * { background: var(--card); }
    .filters { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin: 0 0 10px; font-size: 14px; }
    .filters label { display: flex; gap: 6px; align-items: center; } .filters select { max-width: 260px; }
    .facts { margin: 0; background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: 2px 16px; }
    .facts > div { display: grid; grid-template-columns: minmax(140px, 220px) minmax(0, 1fr); gap: 16px; padding: 8px 0; border-bottom: 1px solid var(--fine); }
    .facts > div:last-child { border-bottom: 0; } .facts dt { font-weight: 500; overflow-wrap: anywhere; } .facts dd { margin: 0; overflow-wrap: anywhere; }
    [hidden] { display: none !important; }

    @media (max-width: 700px) {
      main, header.top { padding: 0 14px; } h1 { font-size: 22px; margin-top: 20px; } section { margin-top: 28px; }
      .clip header { grid-template-columns: minmax(0, 1fr); } .scores { grid-column: 1; grid-row: auto; margin-top: 6px; }
      .facts > div { grid-template-columns: minmax(0, 1fr); gap: 2px; } th, td { padding: 7px 9px; }
      th:first-child { min-width: 112px; max-width: 150px; white-space: normal; overflow-wrap: break-word; }
      .clip { padding: 12px 12px 8px; } .facts { padding: 2px 12px; }
    }
    @media print {
      :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --edge: #bbb; --fine: #ddd; --head: #f2f2f2; --accent: #000;
        --goodback: #fff; --badback: #fff; --warnback: #fff; --good: #17683c; --bad: #a81e1e; --warn: #855400;
        --k0: #1f66b1; --k1: #c4470f; --k2: #1d7f4f; --k3: #8a3ab0; --k4: #8f6400; --k5: #0e7482; --k6: #b32a5b; --k7: #5b6470; }
      body { font-size: 10.5pt; } nav, .player, .filters, .skip, th button::after { display: none; }
      .scroll, .scroll.tall { overflow: visible; max-height: none; } th:first-child, .tall thead th { position: static; }
      .card, .alert, figure, tr { break-inside: avoid; } h2, h3 { break-after: avoid; } .strip table { font-size: 8pt; }
      .strip img { width: 52px; }
    }

    """
}
