import type { AccessRuleKind, AccessStore } from '../../persistence/access-store.ts';
import { Turns } from '../../persistence/turns.ts';
import { type AddressRange, formatAddressRange, parseAddressRange } from './address-range.ts';
import type { AddressRule } from './address-rule.ts';
import { formatClientPrefix, parseClientPrefix } from './client-prefix.ts';
import type { ClientRule } from './client-rule.ts';

/** Rules of one kind, those of the settings included. */
export const MAX_RULES = 1_000;

/** What the control of who announces works on. */
export interface AnnouncerControlParts {
  readonly store: AccessStore;
  readonly addresses: AddressRule;
  readonly clients: ClientRule;
  /** What the settings say: it holds as long as the program runs. */
  readonly configured: Readonly<Record<AccessRuleKind, readonly string[]>>;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

/** A rule as it is shown. */
export interface ShownRule {
  readonly value: string;
  /** The settings say so: it cannot be removed while the program runs. */
  readonly isConfigured: boolean;
}

/** A text in its one spelling; undefined when it is no rule of its kind. */
export function ruleValue(kind: AccessRuleKind, text: string): string | undefined {
  if (kind === 'deny-address') {
    const range = parseAddressRange(text);
    return range && formatAddressRange(range);
  }
  const prefix = parseClientPrefix(text);
  return prefix && formatClientPrefix(prefix);
}

/** Changes who may announce while the tracker runs, and keeps it in the database. Changes run one after another. */
export class AnnouncerControl {
  readonly #parts: AnnouncerControlParts;
  readonly #rules: Readonly<Record<AccessRuleKind, Set<string>>> = {
    'allow-client': new Set(),
    'deny-client': new Set(),
    'deny-address': new Set(),
  };
  #onAddresses: () => void = () => {};
  readonly #turns = new Turns();

  constructor(parts: AnnouncerControlParts) {
    this.#parts = parts;
  }

  /** Has the tracker told when other addresses are denied than before. */
  onAddressesChanged(listener: () => void): void {
    this.#onAddresses = listener;
  }

  /** A file of addresses was read again. */
  addressesChanged(): void {
    this.#onAddresses();
  }

  /** Reads the database: at the start, and when another node has changed it. */
  reload(): Promise<void> {
    return this.#turns.reload(async () => {
      const rows = await this.#parts.store.loadAccessRules();
      for (const rules of Object.values(this.#rules)) rules.clear();
      // A rule that a newer version wrote, or somebody by hand, is passed over.
      for (const { kind, value } of rows)
        if (ruleValue(kind, value) !== undefined) this.#rules[kind]?.add(value);
      this.#apply();
    });
  }

  /** Adds a rule, in the spelling of {@link ruleValue}. `full`: there are as many as there may be. */
  add(kind: AccessRuleKind, value: string): Promise<'added' | 'known' | 'full'> {
    return this.#turns.run(async () => {
      const rules = this.#rules[kind];
      if (rules.has(value)) return 'known';
      if (rules.size + this.#parts.configured[kind].length >= MAX_RULES) return 'full';
      await this.#parts.store.addAccessRule({ kind, value }, this.#parts.nowSeconds());
      rules.add(value);
      this.#apply();
      return 'added';
    });
  }

  /** Removes a rule; false when there was none beside those of the settings. */
  remove(kind: AccessRuleKind, value: string): Promise<boolean> {
    return this.#turns.run(async () => {
      const isRemoved = await this.#parts.store.removeAccessRule({ kind, value });
      this.#rules[kind].delete(value);
      this.#apply();
      return isRemoved;
    });
  }

  /** Whether the settings have a rule. */
  isConfigured(kind: AccessRuleKind, value: string): boolean {
    return this.#parts.configured[kind].includes(value);
  }

  /** The rules of a kind, sorted. */
  list(kind: AccessRuleKind): ShownRule[] {
    return this.#all(kind).map((value) => ({ value, isConfigured: this.isConfigured(kind, value) }));
  }

  #all(kind: AccessRuleKind): string[] {
    return [...new Set([...this.#parts.configured[kind], ...this.#rules[kind]])].sort();
  }

  #apply(): void {
    const prefixes = (kind: AccessRuleKind): Uint8Array[] =>
      this.#all(kind).flatMap((value) => parseClientPrefix(value) ?? []);
    this.#parts.clients.set({ allow: prefixes('allow-client'), deny: prefixes('deny-client') });
    const ranges = this.#all('deny-address').flatMap((value): AddressRange[] => {
      const range = parseAddressRange(value);
      return range === undefined ? [] : [range];
    });
    this.#parts.addresses.setEntries(ranges);
    this.#onAddresses();
  }
}
