import type { GitMirror } from '@headroom/workspace';

/** A repository that can be looked at. */
export interface CodeRepository {
  name: string;
  mirror: GitMirror;
  /** Branch whose head is looked at where no commit is named. */
  baseBranch: string;
  /** Owner where the repository names none. */
  team: string;
}

/** Code as it was committed. */
export interface CodeSource {
  /** Names of the repositories, sorted. */
  repositories(): string[];
  /**
   * A repository as it is now, or was a few seconds ago.
   * @param options.fresh that it must be as it is now, default false
   * @throws ToolError for a name that is none, naming the known ones; HeadroomError `HEADROOM_REPOSITORY_UNREADABLE`
   */
  open(repository: string, signal: AbortSignal, options?: { fresh?: boolean }): Promise<CodeRepository>;
  /** Folder with the files of a commit, for programs that search in files; nobody writes to it. */
  files(repository: CodeRepository, commit: string, signal: AbortSignal): Promise<string>;
}
