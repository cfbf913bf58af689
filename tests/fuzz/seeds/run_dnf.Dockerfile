FROM fedora:40
RUN dnf -y install httpd && dnf clean all
RUN yum install -y a b; yum clean all
RUN microdnf install c
RUN zypper in -y d
