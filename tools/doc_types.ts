/** Reads `deno doc --json`: interfaces and type aliases, their comments, and types as text. @module */

import { root } from "./source_files.ts";

/** A member of a documented interface. */
export interface DocMember {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly doc: string;
}

/** A documented interface or type alias. */
export interface DocType {
  readonly name: string;
  readonly doc: string;
  /** Members of an interface; empty for an alias. */
  readonly members: readonly DocMember[];
  /** What an alias stands for; absent for an interface. */
  readonly alias?: string;
  /** Names of other types it mentions. */
  readonly mentions: readonly string[];
}

/** A type in Deno's notation; only the kinds that occur in this protocol are told apart. */
interface TsType {
  readonly kind: string;
  readonly repr?: string;
  readonly value?: unknown;
}
interface Property {
  readonly name: string;
  readonly optional?: boolean;
  readonly tsType?: TsType;
  readonly jsDoc?: { readonly doc?: string };
}
interface Declaration {
  readonly kind: string;
  readonly jsDoc?: { readonly doc?: string };
  readonly def: {
    readonly properties?: readonly Property[];
    readonly extends?: readonly TsType[];
    readonly tsType?: TsType;
  };
}
interface Documentation {
  readonly nodes: Readonly<
    Record<
      string,
      { readonly symbols: readonly { name: string; declarations: readonly Declaration[] }[] }
    >
  >;
}

/** Every interface and type alias that `file` exports, by name. */
export async function docTypes(file: string): Promise<ReadonlyMap<string, DocType>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", file],
    cwd: root,
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot document ${file}: ${new TextDecoder().decode(stderr)}`);
  const documentation: Documentation = JSON.parse(new TextDecoder().decode(stdout));
  const types = new Map<string, DocType>();
  for (const { symbols } of Object.values(documentation.nodes)) {
    for (const { name, declarations } of symbols) {
      for (const declaration of declarations) {
        if (declaration.kind !== "interface" && declaration.kind !== "typeAlias") continue;
        types.set(name, docType(name, declaration));
      }
    }
  }
  return types;
}

function docType(name: string, { def, jsDoc }: Declaration): DocType {
  const mentions = new Set<string>();
  const members = (def.properties ?? []).map((property) => ({
    name: property.name,
    optional: property.optional ?? false,
    type: withoutUndefined(typeText(property.tsType, mentions)),
    doc: oneLine(property.jsDoc?.doc),
  }));
  const parents = (def.extends ?? []).map((parent) => typeText(parent, mentions));
  const alias = def.tsType === undefined ? {} : { alias: typeText(def.tsType, mentions) };
  const doc = [oneLine(jsDoc?.doc), ...parents.map((parent) => `Extends ${parent}.`)].join(" ");
  return { name, doc: doc.trim(), members, ...alias, mentions: [...mentions] };
}

/** A type as TypeScript writes it, but for `readonly`. Names of types go into `mentions`. */
function typeText(type: TsType | undefined, mentions: Set<string>): string {
  if (type === undefined) return "unknown";
  const { kind, value } = type;
  if (kind === "literal") return literalText(value, type.repr);
  if (kind === "union" && isTypes(value)) {
    return value.map((part) => typeText(part, mentions)).join(" | ");
  }
  if (kind === "array" && isType(value)) return `${typeText(value, mentions)}[]`;
  if (kind === "parenthesized" && isType(value)) return `(${typeText(value, mentions)})`;
  if (kind === "typeOperator" && hasType(value)) return typeText(value.tsType, mentions);
  if (kind === "typeRef" && isReference(value)) return referenceText(value, mentions);
  if (kind === "typeLiteral" && isLiteral(value)) {
    const members = value.properties.map(({ name, optional, tsType }) =>
      `${name}${optional === true ? "?" : ""}: ${withoutUndefined(typeText(tsType, mentions))}`
    );
    return `{ ${members.join("; ")} }`;
  }
  return type.repr ?? kind;
}

interface Reference {
  readonly typeName: string;
  readonly typeParams?: readonly TsType[];
}

function referenceText({ typeName, typeParams = [] }: Reference, mentions: Set<string>): string {
  const parts = typeParams.map((part) => typeText(part, mentions));
  const [first = "unknown"] = parts;
  if (typeName === "Readonly") return first;
  if (typeName === "ReadonlyArray" || typeName === "Array") return `${first}[]`;
  // Which buffer lies below is of no account on the wire.
  if (typeName === "Uint8Array") return typeName;
  mentions.add(typeName);
  return parts.length === 0 ? typeName : `${typeName}<${parts.join(", ")}>`;
}

function literalText(value: unknown, repr = ""): string {
  const isText = typeof value === "object" && value !== null && "string" in value;
  return isText ? JSON.stringify(value.string) : repr;
}

/** An optional member takes `undefined` in TypeScript; on the wire it is absent. */
function withoutUndefined(text: string): string {
  return text.replace(/ \| undefined\b/, "");
}

function oneLine(text = ""): string {
  return text.replace(/\s+/g, " ").trim();
}

function isType(value: unknown): value is TsType {
  return typeof value === "object" && value !== null && "kind" in value;
}

function isTypes(value: unknown): value is TsType[] {
  return Array.isArray(value) && value.every(isType);
}

function hasType(value: unknown): value is { tsType: TsType } {
  return typeof value === "object" && value !== null && "tsType" in value && isType(value.tsType);
}

function isReference(value: unknown): value is Reference {
  return typeof value === "object" && value !== null && "typeName" in value;
}

function isLiteral(value: unknown): value is { properties: readonly Property[] } {
  return typeof value === "object" && value !== null && "properties" in value;
}
