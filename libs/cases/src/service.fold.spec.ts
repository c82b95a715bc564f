import { describe, expect, it } from '@jest/globals';
import { serviceAssessed, type HeadroomEvent, type ServiceAssessment } from '@headroom/contracts';
import { foldService } from './service.fold.js';

function assessed(minute: number, message: string): HeadroomEvent<ServiceAssessment> {
  return {
    specversion: '1.0',
    id: `assessed-${minute}`,
    source: '/headroom/detector',
    type: serviceAssessed.type,
    time: `2026-11-02T12:0${minute}:00Z`,
    data: { ...serviceAssessed.example, message },
  };
}

describe('foldService', () => {
  it('keeps the newest assessment, in whatever order they come', () => {
    const [older, newer] = [assessed(1, 'older'), assessed(2, 'newer')];

    expect(foldService(foldService(undefined, older), newer)).toEqual(
      foldService(foldService(undefined, newer), older),
    );
    expect(foldService(foldService(undefined, newer), older)).toMatchObject({
      message: 'newer',
      eventId: 'assessed-2',
    });
  });
});
