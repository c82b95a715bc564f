import type { PolicyRule } from '@headroom/workspace';

/** Rules that an agent's act can break, beside those that hold for every patch. */
export type SafetyRule =
  | PolicyRule
  /** The path leads out of the checkout. */
  | 'outside'
  /** A device, or a file of the kernel's about processes. */
  | 'device'
  | 'path-unreadable'
  /** A symbolic link, or a file with a second name. */
  | 'link'
  | 'not-a-file'
  | 'absent'
  | 'new-file'
  /** The case is not about this file. */
  | 'out-of-scope'
  | 'file-too-large'
  | 'search-not-found'
  | 'search-ambiguous'
  | 'no-change'
  /** Text that a reader would not see. */
  | 'hidden-text'
  /** A placeholder where none may stand. */
  | 'placeholder'
  | 'boundary'
  /** An address in a text for people. */
  | 'address'
  /** A changed line that reaches the network, or names an address. */
  | 'way-out'
  | 'unknown-tool';

/** One act that code did not let happen. */
export interface Refusal {
  rule: SafetyRule;
  /** Path in the repository, or the name of a tool. */
  about?: string;
  /** A sentence for whoever tried: what was wrong, and what to try. */
  message: string;
}
