import { findingOpened, type Finding, type Regression } from '@headroom/contracts';

/** A confirmed regression: 40 to 60 µs a request at the ninth of thirteen deployments, of which the sixth was set aside. */
export function regressionFinding(
  about: { caseId?: string; subject?: string } = {},
  change: Partial<Regression> = {},
): Finding & { regression: Regression } {
  const { case: header, service, repository, ...example } = findingOpened.example;
  const { caseId = 'reg-0123456789abcdef0123', subject = example.subject } = about;
  const deployment = (index: number): string => `d-${String(index).padStart(3, '0')}`;
  const changePoint = { deployment: deployment(9), kind: 'code' as const, deployedAt: '2026-11-02T10:00:00Z' };
  return {
    case: { ...header, caseId },
    kind: 'regression',
    service,
    repository,
    subject,
    regression: {
      environment: 'production',
      hostClass: 'x64 2 cores',
      metric: 'cpu-seconds-per-unit',
      unitOfWork: 'request',
      changePoint,
      candidates: [changePoint],
      before: 40e-6,
      after: 60e-6,
      delta: 20e-6,
      deltaOfService: 0.2,
      sd: 1.25e-6,
      p: 1e-7,
      q: 2e-6,
      counts: { before: 8, after: 4, setAside: 1 },
      chain: [{ id: subject, origin: 'first-party', delta: 20e-6 }],
      grownCallees: [],
      series: Array.from({ length: 13 }, (_, index) => ({
        deployment: deployment(index + 1),
        version: `v${index + 1}`,
        value: (index < 8 ? 40e-6 : 60e-6) * (1 + 0.02 * ((index % 3) - 1)),
        quiet: index !== 5,
      })),
      profiles: { before: [], after: [] },
      qualityFlags: [],
      ...change,
    },
  };
}
