interface Machine {
  text(at: number): number;
  tag(at: number): number;
  name(at: number): number;
  value(at: number): number;
  quote(at: number): number;
  comment(at: number): number;
  close(at: number): number;
  entity(at: number): number;
  script(at: number): number;
  style(at: number): number;
  title(at: number): number;
  end(at: number): number;
  skip(at: number): number;
}

export function step(state: number, at: number, machine: Machine): number {
  switch (state) {
    case 1:
      return machine.text(at);
    case 2:
      return machine.tag(at);
    case 3:
      return machine.name(at);
    case 4:
      return machine.value(at);
    case 5:
      return machine.quote(at);
    case 6:
      return machine.comment(at);
    case 7:
      return machine.close(at);
    case 8:
      return machine.entity(at);
    case 9:
      return machine.script(at);
    case 10:
      return machine.style(at);
    case 11:
      return machine.title(at);
    case 12:
      return machine.end(at);
    case 13:
      return machine.skip(at);
    default:
      return at;
  }
}
