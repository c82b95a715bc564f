interface Ticket {
  readonly id: number;
  readonly open: boolean;
}

export function firstOpen(tickets: readonly Ticket[]): Ticket | undefined {
  return tickets.filter((ticket) => ticket.open)[0];
}

export function run(round: number): unknown {
  const tickets = [1, 2, 3].map((id) => ({ id, open: id > round }));
  return [firstOpen(tickets), firstOpen([])];
}
