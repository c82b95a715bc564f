/** A part of a document below one heading. */
export interface DocSection {
  /** `folder/file.md#heading`; the part before the first heading has no `#`. */
  address: string;
  /** Headings from the document's title down to this one. */
  headings: string[];
  /** Level of its heading, 1 to 6; 0 for the part before the first one. */
  level: number;
  /** Text without the sections below it. */
  text: string;
}

/** Sections of documents, and what could not be read. */
export interface Documents {
  sections: DocSection[];
  /** A sentence for each folder or file that is missing here, and why. */
  leftOut: string[];
}

/** Documents that can be looked at. */
export interface DocsSource {
  /** All sections, in the order of folders, files and lines; the same objects again as long as they have not changed. */
  read(signal: AbortSignal): Promise<Documents>;
}
