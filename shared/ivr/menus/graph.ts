import {
  type Cause,
  choicesOf,
  type DocumentChoice,
  type DocumentMenu,
  type MenuDocument,
  menusInOrder,
  submenusOf,
} from "./document.ts";

/** What a node stands for: a menu, or where callers leave the menus; `missing` is a target that is none. */
export type NodeKind =
  | "menu"
  | "agent"
  | "number"
  | "voicemail"
  | "webhook"
  | "hangup"
  | "missing";

/** A place in a graph of menus. */
export interface GraphNode {
  /** A menu's id, or the kind and what it names: `number:+4930123456`, `hangup`. */
  readonly id: string;
  readonly kind: NodeKind;
  /** What a person calls it. */
  readonly label: string;
  /** Of menus alone. */
  readonly menu: {
    readonly key: string | null;
    readonly prompt: string;
    /** Whether calls begin here. */
    readonly root: boolean;
    /** Whether it is offered at certain hours alone. */
    readonly hours: boolean;
  } | null;
}

/** A way from one place to another. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** An entry, a spent limit, or hours that are over. */
  readonly cause: Cause;
  /** The entry and what it is called; null where it is none. */
  readonly digit: string | null;
  readonly label: string | null;
  readonly action: string;
  /** Where callers come back to after a connection or a recording; null where the call ends. */
  readonly then: string | null;
}

/** Menus, where callers leave them, and every way between. */
export interface Graph {
  readonly root: string;
  readonly nodes: GraphNode[];
  readonly edges: GraphEdge[];
}

/**
 * The graph of a version or a draft, the first menu first. The way back leads to every menu from
 * which callers may have come, one edge each.
 */
export function graphOf(document: MenuDocument): Graph {
  const menus = menusInOrder(document);
  const nodes = new Map(menus.map((menu) => [menu.id, menuNode(document, menu)]));
  const edges = menus.flatMap((menu) =>
    choicesOf(menu).flatMap(({ cause, item, choice }) =>
      targetsOf(document, menu, choice).map((to): GraphEdge => {
        if (!nodes.has(to.id)) nodes.set(to.id, to);
        return {
          from: menu.id,
          to: to.id,
          cause,
          digit: item?.digit ?? null,
          label: item?.label ?? null,
          action: choice.action,
          then: choice.then === "hangup" ? null : choice.then ?? null,
        };
      })
    )
  );
  return { root: document.root, nodes: [...nodes.values()], edges };
}

function menuNode({ root }: MenuDocument, menu: DocumentMenu): GraphNode {
  const { id, key, name, prompt, hours } = menu;
  return {
    id,
    kind: "menu",
    label: name,
    menu: { key, prompt, root: id === root, hours: hours !== null },
  };
}

function exit(kind: NodeKind, target?: string, label = target ?? kind): GraphNode {
  return { id: target === undefined ? kind : `${kind}:${target}`, kind, label, menu: null };
}

function targetsOf(
  document: MenuDocument,
  menu: DocumentMenu,
  { action, target }: DocumentChoice,
): GraphNode[] {
  const node = (id: string | undefined) => {
    const found = document.menus[id ?? ""];
    return found ? menuNode(document, found) : exit("missing", id ?? "");
  };
  switch (action) {
    case "submenu":
      return [node(target)];
    case "top":
      return [node(document.root)];
    case "back":
      return cameFrom(document, menu).map(node);
    case "repeat":
    case "language":
      return [node(menu.id)];
    case "agent":
      return [exit("agent", target ?? "")];
    case "transfer":
      return [exit("number", target ?? "")];
    case "webhook":
      return [exit("webhook", target ?? "")];
    case "voicemail":
      return [exit("voicemail")];
    case "hangup":
      return [exit("hangup", undefined, "hang up")];
    default:
      return [exit("missing", action)];
  }
}

/** The menus from which callers come to this one; the way back from the first leads to itself. */
function cameFrom({ menus }: MenuDocument, menu: DocumentMenu): string[] {
  const found = Object.values(menus).filter((other) => submenusOf(other).includes(menu.id));
  return found.length > 0 ? found.map(({ id }) => id) : [menu.id];
}
