export { CaseQueries, type CaseDetails, type Overview } from './case.queries.js';
export { DeadLetterQueries, type DeadLetterDetails } from './dead-letter.queries.js';
export { startGateway, type Gateway } from './gateway.app.js';
export { ProjectorModule, type GatewayParts } from './gateway.module.js';
export { Intake, type IntakeResult, type RefusedEvent } from './intake.service.js';
export { PROJECTOR_GROUP } from './projector.controller.js';
