import { type MenuDocument, menusInOrder } from "../menus/document.ts";
import { BOX_WIDTH, ENTRANCE, FONT, type MenuBox, menuBox, type Port } from "./box.ts";
import type { Link } from "./layers.ts";
import { layOut, type Point, type Route } from "./layout.ts";
import { escaped } from "./text.ts";

/** Free space around the picture, and what is above it for the title. */
const MARGIN = 40;
const HEAD = 44;

/** Colours of lines that are seen on light and dark paper, by the menu that they come from. */
const LINES = ["#3b82f6", "#d97706", "#059669", "#db2777", "#8b5cf6", "#0891b2", "#dc2626"];

const STYLE = `
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:${FONT.text}px;fill:#1f2937}
.paper{fill:#ffffff}.box{fill:#f8fafc;stroke:#94a3b8}.first{stroke:#1f2937;stroke-width:2}.rule{stroke:#e2e8f0}
.title{font-size:${FONT.title}px;font-weight:600}.prompt{font-style:italic;fill:#475569}
.key,.note,.exit{font-size:${FONT.small}px;fill:#64748b}.exit{fill:#0f766e}
.cap{fill:#ffffff;stroke:#94a3b8}.end{text-anchor:end}.digit{text-anchor:middle;font-weight:600}
.line{fill:none;stroke-width:1.8}.closed{stroke-dasharray:6 4}
@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.paper{fill:#0f172a}.box{fill:#1e293b;stroke:#64748b}.first{stroke:#e5e7eb}
.rule{stroke:#334155}.prompt{fill:#cbd5e1}.key,.note{fill:#94a3b8}.exit{fill:#5eead4}.cap{fill:#0f172a;stroke:#64748b}}
`;

/** A line of the picture, and what it says. */
interface Way extends Link {
  readonly port: Port;
  readonly colour: number;
}

/**
 * A picture of a graph of menus: a box for each menu with a row for each entry, and a line from a row
 * to the menu that it leads to. Calls begin at the left; what leaves the menus is written in its row.
 *
 * SVG 1.1 without scripts and references; texts of owners are escaped.
 *
 * @param caption which version it is, in words.
 */
export function pictureOf(document: MenuDocument, caption: string): string {
  const boxes = menusInOrder(document).map((menu) => menuBox(document, menu));
  const ways = boxes.flatMap(({ menu, ports }, n) =>
    ports.map((port): Way => ({
      from: menu.id,
      to: port.to,
      fromY: port.y,
      toY: ENTRANCE,
      port,
      colour: n % LINES.length,
    }))
  );
  const layout = layOut(
    boxes.map(({ menu, height }) => ({ id: menu.id, height })),
    ways,
    BOX_WIDTH,
  );
  const width = layout.width + 2 * MARGIN;
  const height = layout.height + 2 * MARGIN + HEAD;
  const title = document.menus[document.root]?.name ?? "Menu";
  const routes = new Map(layout.routes.map((route) => [route.link, route]));
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title id="title">${escaped(title)}, ${escaped(caption)}</title>
<desc id="description">${escaped(description(boxes, ways))}</desc>
<style>${STYLE}</style>
<defs>${LINES.map(arrowHead).join("")}</defs>
<rect class="paper" width="${width}" height="${height}"/>
<text class="key" x="${MARGIN}" y="${MARGIN}">${
    escaped(`${caption} · calls begin at the left · dashed: outside hours`)
  }</text>
<g transform="translate(${MARGIN} ${MARGIN + HEAD - 12})">
${ways.map((way) => drawWay(way, routes.get(way), document)).join("\n")}
${
    boxes.map((box) => drawBox(box, layout.places.get(box.menu.id), box.menu.id === document.root))
      .join("\n")
  }
</g>
</svg>
`;
}

/** What the picture shows, for those who hear it. */
function description(boxes: readonly MenuBox[], ways: readonly Way[]): string {
  const names = new Map(boxes.map(({ menu }) => [menu.id, menu.name]));
  const lines = ways.map(({ port, to }) => `${port.label} leads to ${names.get(to)}.`);
  return [boxes.length === 1 ? "1 menu." : `${boxes.length} menus.`, ...lines].join(" ");
}

function arrowHead(colour: string, n: number): string {
  return `<marker id="arrow${n}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="${colour}"/></marker>`;
}

function drawWay(
  { port, colour, to }: Way,
  route: Route | undefined,
  { menus }: MenuDocument,
): string {
  if (!route) return "";
  const { start, curves } = route;
  const path = [`M${at(start)}`, ...curves.map((points) => `C${points.map(at).join(" ")}`)];
  const says = escaped(`${port.label} → ${menus[to]?.name}`);
  return `<g><title>${says}</title><path class="line${port.closed ? " closed" : ""}" d="${
    path.join("")
  }" stroke="${
    LINES[colour]
  }" marker-end="url(#arrow${colour})"/><circle cx="${start.x}" cy="${start.y}" r="3.5" fill="${
    LINES[colour]
  }"/></g>`;
}

function drawBox(
  { menu, height, texts, keys, rules }: MenuBox,
  place: Point | undefined,
  first: boolean,
): string {
  if (!place) return "";
  return `<g transform="translate(${at(place)})"><title>${
    escaped(`${menu.name}: ${menu.prompt}`)
  }</title><rect class="box${
    first ? " first" : ""
  }" width="${BOX_WIDTH}" height="${height}" rx="8"/>${
    rules.map((y) => `<path class="rule" d="M1 ${y}H${BOX_WIDTH - 1}"/>`).join("")
  }${
    keys.map(({ x, y, width, text }) =>
      `<rect class="cap" x="${x}" y="${y}" width="${
        round(width)
      }" height="19" rx="4"/><text class="digit" x="${round(x + width / 2)}" y="${y + 14}">${
        escaped(text)
      }</text>`
    ).join("")
  }${
    texts.map(({ kind, x, y, text, end }) =>
      `<text class="${kind}${end ? " end" : ""}" x="${round(x)}" y="${y}">${escaped(text)}</text>`
    ).join("")
  }</g>`;
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
