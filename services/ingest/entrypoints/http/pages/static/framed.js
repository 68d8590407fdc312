// Inside the frame: tells the page around it how high the form is. A number, nothing else.
const tell = () => parent.postMessage({ sesameHeight: Math.ceil(document.body.offsetHeight) }, "*");
new ResizeObserver(tell).observe(document.body);
