export { CaseCommands, type CaseCommandAnswer, type CaseCommandRequest } from './case.commands.js';
export { CaseQueries, type CaseDetails, type CaseItem, type CasePage, type Overview } from './case.queries.js';
export { DeadLetterQueries, type DeadLetterDetails } from './dead-letter.queries.js';
export { startGateway, type Gateway, type ListenOptions } from './gateway.app.js';
export { ProjectorModule, type GatewayParts } from './gateway.module.js';
export { Intake, type IntakeResult, type RefusedEvent } from './intake.service.js';
export { PROJECTOR_GROUP } from './case.changes.js';
export type { ServiceSource, SourceOf } from './profile.service.js';
