import { reasonOf, type Sample, type Subject } from './report.ts';

/** The samples of several subjects, measured in turn; one that fails is left out from then on, with the reason. */
export class Collection {
  readonly #results = new Map<string, { samples: Sample[]; missing?: string }>();

  /** Measures a subject once more. */
  async attempt(name: string, measure: () => Promise<Sample>): Promise<void> {
    const result = this.#results.get(name) ?? { samples: [] };
    this.#results.set(name, result);
    if (result.missing !== undefined) return;
    try {
      result.samples.push(await measure());
    } catch (error) {
      result.missing = reasonOf(error);
    }
  }

  /** In the order of their first attempts. */
  get subjects(): Subject[] {
    return [...this.#results].map(([name, result]) => ({ name, ...result }));
  }
}
