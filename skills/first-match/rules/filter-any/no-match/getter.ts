class Probe {
  static polls = 0;
  get ready(): boolean {
    return Probe.polls++ > 3;
  }
}

export function polled(probes: Probe[]): boolean {
  return probes.filter((probe) => probe.ready).length > 0;
}
