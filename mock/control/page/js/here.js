// Whose page it is: a mock's, or that of a proxy before another server, which has neither a world nor faults.

export const isProxy = document.documentElement.dataset.of === 'proxy';
export const self = isProxy ? 'proxy' : 'mock';
