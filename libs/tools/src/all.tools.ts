import type { Profile } from '@headroom/contracts';
import type { CaseIndex } from '@headroom/indexes';
import type { BlobStore } from '@headroom/runtime';
import { blobsTools } from './blobs/index.js';
import { casesTools } from './cases/index.js';
import { changesTools, type ChangesPort } from './changes/index.js';
import { codeTools, type CodeSource } from './code/index.js';
import { configurationTools, type ConfigurationSource } from './configuration/index.js';
import { docsTools, type DocsSource } from './docs/index.js';
import { experimentsTools, type ExperimentSource } from './experiments/index.js';
import { metricsTools, type MetricSource } from './metrics/index.js';
import { profilingTools, type ProfileSource } from './profiling/index.js';
import type { AnyTool } from './tool.js';

/** What the tools look at. A domain whose port is missing has no tools. */
export interface ToolPorts {
  /** Results that were too large for one answer. */
  blobs: BlobStore;
  cases?: CaseIndex;
  changes?: ChangesPort;
  code?: CodeSource;
  configuration?: readonly ConfigurationSource[];
  docs?: DocsSource;
  experiments?: readonly ExperimentSource[];
  metrics?: readonly MetricSource[];
  /** Profiles that were published to Headroom. */
  profiling?: ProfileSource<Profile>;
  /** Where else profiles are; asked where Headroom has none. */
  otherProfiles?: readonly ProfileSource[];
}

/** Every tool for which there is a port. */
export function allTools(ports: ToolPorts): AnyTool[] {
  const { blobs, cases, changes, code, docs, profiling } = ports;
  return [
    ...blobsTools(blobs),
    ...(cases ? casesTools(cases) : []),
    ...(changes ? changesTools(changes) : []),
    ...(code ? codeTools(code) : []),
    ...configurationTools(ports.configuration ?? []),
    ...(docs ? docsTools(docs) : []),
    ...experimentsTools(ports.experiments ?? []),
    ...metricsTools(ports.metrics ?? []),
    ...(profiling ? profilingTools(profiling, changes?.index, ports.otherProfiles) : []),
  ];
}
