/** A part of a document below one heading. */
export interface DocSection {
  /** `folder/file.md#heading`; the part before the first heading has no `#`. */
  address: string;
  /** Headings from the document's title down to this one. */
  headings: string[];
  /** Text without the sections below it. */
  text: string;
}

/** Documents that can be looked at. */
export interface DocsSource {
  /** All sections, in the order of folders, files and lines; the same objects again as long as they have not changed. */
  sections(): Promise<DocSection[]>;
}
