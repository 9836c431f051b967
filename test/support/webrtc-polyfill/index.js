/** Nothing here speaks WebRTC: a test that would, fails at once. */
class NoWebRtc {
  constructor() {
    throw new Error('there is no WebRTC in the tests');
  }
}

export const RTCPeerConnection = NoWebRtc;
export const RTCSessionDescription = NoWebRtc;
export const RTCIceCandidate = NoWebRtc;
export const RTCDataChannel = NoWebRtc;
