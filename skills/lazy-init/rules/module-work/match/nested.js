import * as cp from 'node:child_process'

export class Build {
  version(names) {
    return names.map(name => `${name} ${cp.execSync('git rev-parse HEAD')}`)
  }
}
