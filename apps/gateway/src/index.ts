export { CaseCommands, type CaseCommandAnswer, type CaseCommandRequest } from './cases/case.commands.js';
export { CaseDossiers, type DossierFormat } from './cases/case.dossiers.js';
export { CaseQueries, type CaseDetails, type CaseItem, type CasePage, type Overview } from './cases/case.queries.js';
export { DeadLetterQueries, type DeadLetterDetails } from './dead-letters/dead-letter.queries.js';
export { startGateway, type Gateway, type ListenOptions } from './gateway.app.js';
export { ProjectorModule, type GatewayParts } from './gateway.module.js';
export { Intake, type IntakeResult, type RefusedEvent } from './events/intake.service.js';
export { PROJECTOR_GROUP } from '@headroom/indexes';
export type { ServiceSource, SourceOf } from './profiles/profile.service.js';
