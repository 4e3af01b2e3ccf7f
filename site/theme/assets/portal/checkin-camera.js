/* Reading QR codes with the phone's camera: by the browser itself where it can, else by a library that comes only then. */

const READER = "/assets/qr-0.7.0/decode.js"; // site/theme/assets/qr-0.7.0; a test holds that it is the one published
const PAUSE = 200; // milliseconds between two looks
const FORGOTTEN = 4000; // the same code again after so long without it is shown on purpose

async function reader() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []) ?? [];
  const Detector = formats.includes("qr_code") ? BarcodeDetector : (await import(READER)).BarcodeDetector;
  return new Detector({ formats: ["qr_code"] });
}

/** Begin to look; `found` is called with each code. Answers how to stop; throws when there is no camera to use. */
export async function look(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 640 }, height: { ideal: 480 } } });
  let looking = true;
  const stop = () => {
    looking = false;
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  try {
    const detector = await reader();
    video.srcObject = stream;
    await video.play();
    let last = "";
    let seen = 0;
    const once = async () => {
      if (!looking) return;
      const [code] = await detector.detect(video).catch(() => []);
      if (code && looking) {
        if (code.rawValue !== last || Date.now() - seen > FORGOTTEN) found(code.rawValue);
        last = code.rawValue;
        seen = Date.now();
      }
      setTimeout(once, PAUSE);
    };
    once();
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}
