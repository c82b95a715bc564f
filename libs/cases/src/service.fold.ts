import type { HeadroomEvent, ServiceAssessment } from '@headroom/contracts';
import { compareInstants } from './timeline.js';

/** What the detector can say about a service now. */
export interface ServiceView extends ServiceAssessment {
  /** Id of the event that said it. */
  eventId: string;
  /** Time of that event, RFC 3339. */
  at?: string;
}

/**
 * Folds a `service.assessed` event: the newest one wins; of two without a time, or of the same time, the one folded last. The
 * same event again changes nothing.
 */
export function foldService(view: ServiceView | undefined, event: HeadroomEvent<ServiceAssessment>): ServiceView {
  if (view?.at && event.time && compareInstants(event.time, view.at) < 0) return view;
  return { ...event.data, eventId: event.id, ...(event.time && { at: event.time }) };
}
