class Ticket {
  static count = 0;
  get id(): string {
    return String(Ticket.count++);
  }
}

export function viaGetter(tickets: Ticket[]): Record<string, number> {
  return tickets.reduce((all, ticket) => ({ ...all, [ticket.id]: 1 }), {});
}
