FROM python:3
RUN <<EOF
#!/usr/bin/env python3
print("# x")
EOF
RUN <<"end of it"
a
end of it
