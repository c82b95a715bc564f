interface Ticket {
  readonly id: number;
  readonly open: boolean;
}

export function firstOpen(tickets: readonly Ticket[]): Ticket | undefined {
  return tickets.find((ticket) => ticket.open);
}

export function run(round: number): unknown {
  const tickets = [1, 2, 3].map((id) => ({ id, open: id > round }));
  return [firstOpen(tickets), firstOpen([])];
}
