from debian:12 as Build
run a
Copy --From=Build a b
eNv A b
exPose 80/TCP
